// org.freedesktop.PolicyKit1.Authority.CheckAuthorization, without waiting for the answer.
#include "dbus/polkit_client.h"

#include <chrono>
#include <cstdint>
#include <map>

#include <sdbus-c++/sdbus-c++.h>

namespace cgroupd {
namespace {

constexpr const char* authority_name = "org.freedesktop.PolicyKit1";
constexpr const char* authority_path = "/org/freedesktop/PolicyKit1/Authority";
constexpr const char* authority_interface = "org.freedesktop.PolicyKit1.Authority";
constexpr std::uint32_t allow_user_interaction = 1;
constexpr auto patience = std::chrono::seconds(25);
constexpr auto patience_with_people = std::chrono::minutes(3);

using Subject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
using Details = std::map<std::string, std::string>;
using Verdict = sdbus::Struct<bool, bool, Details>;  // granted, would be after a password, details

}  // namespace

PolkitClient::PolkitClient(sdbus::IConnection& connection)
    : authority_(sdbus::createProxy(connection, authority_name, authority_path)) {
  authority_->finishRegistration();
}

PolkitClient::~PolkitClient() = default;

void PolkitClient::check(const std::string& sender, const std::string& action_id, bool interactive, Done done) {
  const Subject subject("system-bus-name", {{"name", sdbus::Variant(sender)}});
  const auto cannot_ask = [](const sdbus::Error& error) {
    return fail(ErrorCode::unreachable, "polkit could not be asked: " + error.getMessage());
  };
  try {
    authority_->callMethodAsync("CheckAuthorization")
        .onInterface(authority_interface)
        .withTimeout(interactive ? std::chrono::microseconds(patience_with_people) : patience)
        .withArguments(subject, action_id, Details(), interactive ? allow_user_interaction : std::uint32_t{0},
                       std::string())
        .uponReplyInvoke([done, cannot_ask](const sdbus::Error* error, const Verdict& verdict) {
          if (error != nullptr) {
            done(cannot_ask(*error));
          } else {
            done(verdict.get<0>());
          }
        });
  } catch (const sdbus::Error& error) {
    done(cannot_ask(error));
  }
}

}  // namespace cgroupd
