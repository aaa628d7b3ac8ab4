// Calls of the generated proxy, and what the bus says as errors that name a way out.
#include "client/manager_bus.h"

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IProxy.h>
#include <sdbus-c++/ProxyInterfaces.h>

#include "dbus/manager_proxy.h"
#include "dbus/wire.h"

namespace cgroupd::client {
namespace {

// Lowering memory.high of a large cgroup reclaims for as long as it takes; a caller that is tired of waiting has
// ctrl-C.
constexpr auto longest_call = std::chrono::minutes(10);

// Signals are not subscribed to (registerProxy is never called): cgctl asks and leaves.
class Proxy final : public org::cgroupd1::Manager_proxy {
 public:
  explicit Proxy(sdbus::IProxy& proxy) : Manager_proxy(proxy) {}

 private:
  void onCreated(const std::string& /*name*/) override {}
  void onRemoved(const std::string& /*name*/) override {}
  void onLimitsChanged(const std::string& /*name*/, const wire::Dictionary& /*in_force*/) override {}
  void onDrifted(const std::string& /*name*/, const std::string& /*file*/,
                 const wire::Dictionary& /*details*/) override {}
  void onLeaseEnded(const std::string& /*name*/, const std::vector<std::string>& /*limits*/,
                    const std::string& /*reason*/) override {}
  void onPressure(const std::string& /*name*/, const std::string& /*file*/,
                  const wire::Dictionary& /*details*/) override {}
};

struct Connection {
  std::unique_ptr<sdbus::IConnection> bus;
  std::unique_ptr<sdbus::IProxy> proxy;
  std::unique_ptr<Proxy> manager;
};

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

std::string systemctl(const BusChoice& bus) {
  return bus == BusChoice(Bus::system) ? "systemctl" : "systemctl --user";
}

std::string how_to_start(const BusChoice& bus) {
  if (std::holds_alternative<std::string>(bus)) return "start it there: cgroupd --bus ADDRESS --root DIR";
  return "start it: " + systemctl(bus) + " start cgroupd, or without systemd: cgroupd --root DIR";
}

std::string which_bus(const BusChoice& bus) {
  if (const auto* const address = std::get_if<std::string>(&bus)) return "the bus at " + *address;
  return std::get<Bus>(bus) == Bus::system ? "the system bus" : "the user's bus";
}

Error from_sdbus(const sdbus::Error& error, const BusChoice& bus) {
  const std::string_view name = error.getName();
  constexpr std::string_view standard = "org.freedesktop.DBus.Error.";
  if (!name.starts_with(standard)) {
    if (name.starts_with(wire::error_prefix)) return wire::from_bus_error(error);
    // Whoever activates us on the bus answers in its own words: "Unit cgroupd.service not found."
    if (name.starts_with("org.freedesktop.systemd1.")) {
      return {.code = ErrorCode::unreachable,
              .message = "the daemon could not be started: " + error.getMessage(),
              .hint = how_to_start(bus)};
    }
    return wire::from_bus_error(error);
  }
  const auto what = name.substr(standard.size());
  if (what == "ServiceUnknown" || what == "NameHasNoOwner" || what.starts_with("Spawn.")) {
    return {.code = ErrorCode::unreachable, .message = "no cgroupd on " + which_bus(bus), .hint = how_to_start(bus)};
  }
  // The bus daemon's word for an activation that came to nothing.
  if (what == "TimedOut") {
    return {.code = ErrorCode::unreachable,
            .message = "cgroupd could not be started on " + which_bus(bus) + " (" + error.getMessage() + ")",
            .hint = "see: " + systemctl(bus) + " status cgroupd"};
  }
  if (is_one_of(what, {"NoReply", "Timeout", "Disconnected"})) {
    return {.code = ErrorCode::unreachable,
            .message = "cgroupd did not answer on " + which_bus(bus) + " (" + error.getMessage() + ")",
            .hint = "whether it did what was asked is not known; see: " + systemctl(bus) + " status cgroupd"};
  }
  if (is_one_of(what, {"UnknownMethod", "UnknownInterface", "UnknownObject", "InvalidSignature"})) {
    return {.code = ErrorCode::unsupported,
            .message = "the running cgroupd does not know this request (" + error.getMessage() + ")",
            .hint = "cgctl and cgroupd are of different versions; restart cgroupd"};
  }
  if (what == "AccessDenied" || what == "AuthFailed") {
    return {
        .code = ErrorCode::not_authorized, .message = which_bus(bus) + " refuses: " + error.getMessage(), .hint = {}};
  }
  return {.code = ErrorCode::failed, .message = error.getMessage(), .hint = {}};
}

class ManagerBus final : public Manager {
 public:
  explicit ManagerBus(BusChoice bus) : bus_(std::move(bus)) {}

  Result<Values> create(const CgroupPath& name, const Changes& limits, const CreateOptions& options) override {
    wire::Dictionary wanted;
    if (options.if_absent) wanted["if_absent"] = sdbus::Variant(true);
    return call([&](Proxy& manager) {
      return wire::decode_values(manager.Create(name.str(), wire::encode_changes(limits), wanted));
    });
  }

  Result<Values> set_limits(const CgroupPath& name, const Changes& changes, const SetOptions& options) override {
    return call([&](Proxy& manager) {
      return wire::decode_values(manager.SetLimits(name.str(), wire::encode_changes(changes), dictionary(options)));
    });
  }

  Result<std::vector<std::string>> plan(const CgroupPath& name, const Changes& changes,
                                        const SetOptions& options) override {
    return call([&](Proxy& manager) -> Result<std::vector<std::string>> {
      auto wanted = dictionary(options);
      wanted["plan"] = sdbus::Variant(true);
      const auto answer = manager.SetLimits(name.str(), wire::encode_changes(changes), wanted);
      const auto steps = answer.find("plan");
      // A daemon that leaves the plan out has nothing to write.
      if (steps == answer.end()) return std::vector<std::string>{};
      return steps->second.get<std::vector<std::string>>();
    });
  }

  Result<Values> unset(const CgroupPath& name, std::span<const Limit* const> limits) override {
    std::vector<std::string> files;
    files.reserve(limits.size());
    for (const auto* const limit : limits) files.emplace_back(limit->file);
    return call([&](Proxy& manager) { return wire::decode_values(manager.Unset(name.str(), files)); });
  }

  Result<void> remove(const CgroupPath& name, bool kill) override {
    wire::Dictionary options;
    if (kill) options["kill"] = sdbus::Variant(true);
    return tell([&](Proxy& manager) { manager.Remove(name.str(), options); });
  }

  Result<void> attach(const CgroupPath& name, std::span<const Descriptor> pidfds) override {
    std::vector<sdbus::UnixFd> fds;
    fds.reserve(pidfds.size());
    for (const auto& pidfd : pidfds) fds.emplace_back(pidfd.get());
    return tell([&](Proxy& manager) { manager.Attach(name.str(), fds); });
  }

  Result<void> attach_pids(const CgroupPath& name, std::span<const pid_t> pids) override {
    const std::vector<std::uint32_t> numbers(pids.begin(), pids.end());
    return tell([&](Proxy& manager) { manager.AttachPids(name.str(), numbers); });
  }

  Result<Descriptor> open_directory(const CgroupPath& name) override {
    return call([&](Proxy& manager) -> Result<Descriptor> {
      const auto answer = manager.OpenDirectory(name.str());
      // sdbus::UnixFd duplicates without close-on-exec (Types.h).
      Descriptor directory(::fcntl(answer.get(), F_DUPFD_CLOEXEC, 0));
      if (!directory) return fail(ErrorCode::failed, "the daemon's directory descriptor cannot be used");
      return directory;
    });
  }

  Result<CgroupStatus> get(const CgroupPath& name) override {
    return call([&](Proxy& manager) { return wire::decode_status(manager.Get(name.str())); });
  }

  Result<std::vector<CgroupStatus>> list() override {
    return call([&](Proxy& manager) -> Result<std::vector<CgroupStatus>> {
      std::vector<CgroupStatus> statuses;
      for (const auto& one : manager.List()) {
        auto status = wire::decode_status(one);
        if (!status) return fail(std::move(status.error()));
        statuses.push_back(std::move(*status));
      }
      return statuses;
    });
  }

  Result<void> freeze(const CgroupPath& name) override {
    return tell([&](Proxy& manager) { manager.Freeze(name.str()); });
  }
  Result<void> thaw(const CgroupPath& name) override {
    return tell([&](Proxy& manager) { manager.Thaw(name.str()); });
  }
  Result<void> kill(const CgroupPath& name) override {
    return tell([&](Proxy& manager) { manager.Kill(name.str()); });
  }

 private:
  static wire::Dictionary dictionary(const SetOptions& options) {
    wire::Dictionary wanted;
    if (options.force) wanted["force"] = sdbus::Variant(true);
    return wanted;
  }

  Result<Proxy*> connect() {
    if (connection_) return connection_->manager.get();
    try {
      Connection made;
      if (const auto* const address = std::get_if<std::string>(&bus_)) {
        made.bus = sdbus::createSessionBusConnectionWithAddress(*address);
      } else if (std::get<Bus>(bus_) == Bus::system) {
        made.bus = sdbus::createSystemBusConnection();
      } else {
        made.bus = sdbus::createSessionBusConnection();
      }
      made.bus->setMethodCallTimeout(longest_call);
      made.proxy = sdbus::createProxy(*made.bus, wire::service_name, wire::object_path);
      made.manager = std::make_unique<Proxy>(*made.proxy);
      return connection_.emplace(std::move(made)).manager.get();
    } catch (const sdbus::Error& error) {
      return fail(ErrorCode::unreachable, "cannot connect to " + which_bus(bus_) + " (" + error.getMessage() + ")",
                  how_to_start(bus_));
    }
  }

  template <typename F>
  auto call(F ask) -> decltype(ask(std::declval<Proxy&>())) {
    const auto manager = connect();
    if (!manager) return fail(manager.error());
    try {
      return ask(**manager);
    } catch (const sdbus::Error& error) {
      return fail(from_sdbus(error, bus_));
    }
  }

  template <typename F>
  Result<void> tell(F ask) {
    return call([&](Proxy& manager) -> Result<void> {
      ask(manager);
      return {};
    });
  }

  BusChoice bus_;
  std::optional<Connection> connection_;
};

}  // namespace

std::unique_ptr<Manager> make_manager_bus(BusChoice bus) {
  return std::make_unique<ManagerBus>(std::move(bus));
}

}  // namespace cgroupd::client
