// Calls of the generated proxy, and what the bus says as errors that name a way out.
#include "client/manager_bus.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IProxy.h>
#include <sdbus-c++/Message.h>

#include "client/manager_bus_error.h"
#include "client/manager_bus_events.h"
#include "client/manager_bus_start.h"
#include "dbus/wire.h"
#include "dbus/wire_history.h"

namespace cgroupd::client {
namespace {

// Lowering memory.high of a large cgroup reclaims for as long as it takes; a caller that is tired of waiting has
// ctrl-C.
constexpr std::chrono::microseconds longest_call = std::chrono::minutes(10);

struct Connection {
  std::unique_ptr<sdbus::IConnection> bus;
  std::unique_ptr<sdbus::IProxy> proxy;
  std::unique_ptr<Proxy> manager;
};

class ManagerBus final : public Manager {
 public:
  explicit ManagerBus(BusChoice bus) : bus_(std::move(bus)) {}

  Result<InForce> create(const CgroupPath& name, const Changes& limits, const CreateOptions& options) override {
    wire::Dictionary wanted;
    if (options.if_absent) wanted["if_absent"] = sdbus::Variant(true);
    if (options.runtime) wanted["runtime"] = sdbus::Variant(true);
    add_drift(wanted, options.drift);
    add_on_missing(wanted, options.on_missing);
    return call([&](Proxy& manager) {
      return decode_in_force(manager.Create(name.str(), wire::encode_changes(limits), wanted));
    });
  }

  Result<InForce> set_limits(const CgroupPath& name, const Changes& changes, const SetOptions& options) override {
    return call(
        [&](Proxy& manager) {
          return decode_in_force(manager.SetLimits(name.str(), wire::encode_changes(changes), dictionary(options)));
        },
        patience_for(options.within));
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

  Result<Applied> apply(const DeclaredCgroups& cgroups, const ApplyOptions& options) override {
    std::vector<sdbus::Struct<std::string, wire::Dictionary, wire::Dictionary>> wanted;
    wanted.reserve(cgroups.size());
    for (const auto& cgroup : cgroups) {
      wire::Dictionary of_cgroup;
      if (cgroup.profile) of_cgroup["profile"] = sdbus::Variant(*cgroup.profile);
      add_drift(of_cgroup, cgroup.drift);
      add_on_missing(of_cgroup, cgroup.on_missing);
      wanted.emplace_back(cgroup.name.str(), wire::encode_changes(cgroup.limits), std::move(of_cgroup));
    }
    wire::Dictionary how;
    if (options.plan) how["plan"] = sdbus::Variant(true);
    if (options.prune) how["prune"] = sdbus::Variant(true);
    if (options.force) how["force"] = sdbus::Variant(true);
    add_time(how, "within_usec", options.within);
    add_on_missing(how, options.on_missing);
    return call([&](Proxy& manager) { return decode_applied(manager.Apply(wanted, how)); },
                patience_for(options.within));
  }

  Result<Applied> undo(std::uint64_t id, const UndoOptions& options) override {
    wire::Dictionary how;
    if (options.plan) how["plan"] = sdbus::Variant(true);
    if (options.force) how["force"] = sdbus::Variant(true);
    add_time(how, "within_usec", options.within);
    return call([&](Proxy& manager) { return decode_applied(manager.Undo(id, how)); }, patience_for(options.within));
  }

  Result<std::vector<HistoryEntry>> history(const HistoryQuery& query) override {
    wire::Dictionary which = {{"most", sdbus::Variant(query.most)}};
    if (query.cgroup) which["name"] = sdbus::Variant(query.cgroup->str());
    if (query.before) which["before"] = sdbus::Variant(*query.before);
    return call([&](Proxy& manager) { return wire::decode_history(manager.History(which)); });
  }

  Result<std::vector<std::string>> reload() override {
    return call([&](Proxy& manager) -> Result<std::vector<std::string>> { return manager.Reload(); });
  }

  Result<void> watch(const std::function<void(const Event&)>& on_event, const Descriptor& interrupt) override {
    const auto connection = connect();
    if (!connection) return fail(connection.error());
    try {
      sdbus::IConnection& bus = *(*connection)->bus;
      Proxy& manager = *(*connection)->manager;
      bool is_there = true;
      const auto slot = bus.addMatch(match_of_owner(), [&](sdbus::Message& message) {
        std::string name;
        std::string before;
        std::string now;
        message >> name >> before >> now;
        if (is_there == !now.empty()) return;  // handed over from one daemon to the next
        is_there = !now.empty();
        on_event({.kind = is_there ? EventKind::daemon_back : EventKind::daemon_gone});
      });
      manager.listen(on_event);
      // Asked last, so that nothing that happens from here on is missed; without a daemon it is the call that says so.
      static_cast<void>(manager.Version());
      if (auto ok = work_until(bus, interrupt, bus_); !ok) return ok;
      if (is_there) return {};
      return fail(ErrorCode::unreachable, "cgroupd left " + which_bus(bus_) + " and has not come back",
                  how_to_start(bus_));
    } catch (const sdbus::Error& error) {
      return fail(from_sdbus(error, bus_));
    }
  }

 private:
  static void add_time(wire::Dictionary& options, const char* key, std::optional<std::chrono::microseconds> time) {
    if (time) options[key] = sdbus::Variant(static_cast<std::uint64_t>(time->count()));
  }

  // What may take so long is waited for, and a while longer.
  static std::chrono::microseconds patience_for(std::optional<std::chrono::microseconds> within) {
    return longest_call + within.value_or(std::chrono::microseconds::zero());
  }

  static void add_drift(wire::Dictionary& options, std::optional<DriftPolicy> drift) {
    if (drift) options["drift"] = sdbus::Variant(std::string(drift_policy_name(*drift)));
  }

  static wire::Dictionary dictionary(const SetOptions& options) {
    wire::Dictionary wanted;
    if (options.force) wanted["force"] = sdbus::Variant(true);
    if (options.runtime) wanted["runtime"] = sdbus::Variant(true);
    add_time(wanted, "within_usec", options.within);
    add_time(wanted, "lease_usec", options.lease);
    add_drift(wanted, options.drift);
    add_on_missing(wanted, options.on_missing);
    return wanted;
  }

  static void add_on_missing(wire::Dictionary& options, std::optional<OnMissing> what) {
    if (what) options["on_missing"] = sdbus::Variant(std::string(on_missing_name(*what)));
  }

  static Result<InForce> decode_in_force(const wire::Dictionary& answer) {
    return wire::decode_values(answer).and_then([&](const Values& limits) {
      return wire::decode_skipped(answer).map(
          [&](const wire::Skipped& skipped) { return InForce{.limits = limits, .skipped = skipped}; });
    });
  }

  static std::string match_of_owner() {
    return std::string("type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',") +
           "member='NameOwnerChanged',arg0='" + wire::service_name + "'";
  }

  using AppliedAnswer = std::tuple<std::vector<sdbus::Struct<std::string, wire::Dictionary>>, std::vector<std::string>>;

  static Result<Applied> decode_applied(AppliedAnswer answer) {
    Applied applied = {.changed = {}, .steps = std::move(std::get<1>(answer)), .skipped = {}};
    for (const auto& one : std::get<0>(answer)) {
      auto values = wire::decode_values(one.get<1>());
      if (!values) return fail(std::move(values.error()));
      auto skipped = wire::decode_skipped(one.get<1>());
      if (!skipped) return fail(std::move(skipped.error()));
      if (!skipped->empty()) applied.skipped.emplace(one.get<0>(), *skipped);
      // One that is listed for that alone did not change.
      if (!skipped->empty() && values->empty()) continue;
      applied.changed.emplace_back(one.get<0>(), *std::move(values));
    }
    return applied;
  }

  Result<Connection*> connect() {
    if (connection_) return &*connection_;
    try {
      Connection made;
      if (const auto* const address = std::get_if<std::string>(&bus_)) {
        made.bus = sdbus::createSessionBusConnectionWithAddress(*address);
      } else if (std::get<Bus>(bus_) == Bus::system) {
        made.bus = sdbus::createSystemBusConnection();
      } else {
        made.bus = sdbus::createSessionBusConnection();
      }
      if (auto ok = start_if_absent(*made.bus, bus_); !ok) return fail(std::move(ok.error()));
      made.proxy = sdbus::createProxy(*made.bus, wire::service_name, wire::object_path);
      made.manager = std::make_unique<Proxy>(*made.proxy);
      return &connection_.emplace(std::move(made));
    } catch (const sdbus::Error& error) {
      return fail(ErrorCode::unreachable, "cannot connect to " + which_bus(bus_) + " (" + error.getMessage() + ")",
                  how_to_start(bus_) + "; cgctl doctor says what is missing");
    }
  }

  template <typename F>
  auto call(F ask, std::chrono::microseconds patience = longest_call) -> decltype(ask(std::declval<Proxy&>())) {
    const auto connection = connect();
    if (!connection) return fail(connection.error());
    try {
      (*connection)->bus->setMethodCallTimeout(static_cast<std::uint64_t>(patience.count()));
      return ask(*(*connection)->manager);
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
