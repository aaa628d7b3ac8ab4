// polkit over the system bus.
#pragma once

#include <memory>
#include <string>

#include "dbus/authorizer.h"

namespace sdbus {
class IConnection;
class IProxy;
}  // namespace sdbus

namespace cgroupd {

class PolkitClient final : public Polkit {
 public:
  /// Uses `connection`, which must outlive this object.
  explicit PolkitClient(sdbus::IConnection& connection);
  PolkitClient(const PolkitClient&) = delete;
  PolkitClient& operator=(const PolkitClient&) = delete;
  PolkitClient(PolkitClient&&) = delete;
  PolkitClient& operator=(PolkitClient&&) = delete;
  ~PolkitClient() override;

  void check(const std::string& sender, const std::string& action_id, bool interactive, Done done) override;

 private:
  std::unique_ptr<sdbus::IProxy> authority_;
};

}  // namespace cgroupd
