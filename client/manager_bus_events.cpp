// Signals to events.
#include "client/manager_bus_events.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <poll.h>

#include "client/manager_bus_error.h"

namespace cgroupd::client {
namespace {

using Details = decltype(Event::details);

// Details of other types belong to a newer daemon.
Details decode_details(const wire::Dictionary& dictionary) {
  Details details;
  for (const auto& [key, variant] : dictionary) {
    const std::string type = variant.peekValueType();
    if (type == "s") details.emplace(key, variant.get<std::string>());
    if (type == "t") details.emplace(key, variant.get<std::uint64_t>());
  }
  return details;
}

}  // namespace

void Proxy::listen(const std::function<void(const Event&)>& on_event) {
  on_event_ = on_event;
  subscription_.finishRegistration();
}

void Proxy::onCreated(const std::string& name) {
  tell({.kind = EventKind::created, .cgroup = name});
}

void Proxy::onRemoved(const std::string& name) {
  tell({.kind = EventKind::removed, .cgroup = name});
}

void Proxy::onLimitsChanged(const std::string& name, const wire::Dictionary& in_force) {
  auto values = wire::decode_values(in_force);
  // What cannot be read is still a change that somebody waits for.
  tell({.kind = EventKind::limits_changed, .cgroup = name, .in_force = values ? *std::move(values) : Values()});
}

void Proxy::onDrifted(const std::string& name, const std::string& file, const wire::Dictionary& details) {
  tell({.kind = EventKind::drifted, .cgroup = name, .limit = file, .details = decode_details(details)});
}

void Proxy::onLeaseEnded(const std::string& name, const std::vector<std::string>& limits, const std::string& reason) {
  tell({.kind = EventKind::lease_ended, .cgroup = name, .limits = limits, .details = {{"reason", reason}}});
}

void Proxy::onPressure(const std::string& name, const std::string& file, const wire::Dictionary& details) {
  tell({.kind = EventKind::pressure, .cgroup = name, .limit = file, .details = decode_details(details)});
}

void Proxy::tell(const Event& event) {
  if (on_event_) on_event_(event);
}

Result<void> work_until(sdbus::IConnection& bus, const Descriptor& interrupt, const BusChoice& which) {
  while (true) {
    sdbus::IConnection::PollData wanted = {};
    try {
      while (bus.processPendingRequest()) {
      }
      wanted = bus.getEventLoopPollData();
    } catch (const sdbus::Error& error) {
      return fail(ErrorCode::unreachable, which_bus(which) + " went away (" + error.getMessage() + ")",
                  how_to_start(which));
    }
    std::array<pollfd, 2> both = {pollfd{.fd = interrupt.get(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = wanted.fd, .events = wanted.events, .revents = 0}};
    if (::poll(both.data(), both.size(), wanted.getPollTimeout()) < 0 && errno != EINTR) {
      const int error = errno;
      return fail(ErrorCode::failed, std::string("cannot wait for events: poll: ") + std::strerror(error), {}, error);
    }
    if (both.front().revents != 0) return {};
  }
}

}  // namespace cgroupd::client
