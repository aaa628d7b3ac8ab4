// Bus methods.
#include "dbus/manager_adaptor.h"

#include <utility>

#include "cgroupfs/processes.h"

namespace cgroupd {
namespace {

constexpr std::size_t most_processes = 4096;

// One call from decoding to answer: what it is, and how long it took.
class Request {
 public:
  Request(Instruments& instruments, const char* method)
      : instruments_(instruments), method_(method), begin_(std::chrono::steady_clock::now()) {}

  void done(const Error* error) const {
    instruments_.request_done(method_, std::chrono::steady_clock::now() - begin_,
                              error == nullptr ? std::string_view() : error_name(error->code));
  }

 private:
  Instruments& instruments_;
  const char* method_;
  std::chrono::steady_clock::time_point begin_;
};

template <typename R>
void refuse(const R& result, const Error& error) {
  result.returnError(wire::to_bus_error(error));
}

// What to call when the work is done, now or later. sdbus results can be moved but not copied; callbacks are copied.
Manager::LimitsDone replying(const Request& request, sdbus::Result<wire::Dictionary>&& result) {
  const auto answer_to = std::make_shared<sdbus::Result<wire::Dictionary>>(std::move(result));
  return [request, answer_to](const Result<Values>& in_force) {
    request.done(in_force ? nullptr : &in_force.error());
    if (!in_force) return refuse(*answer_to, in_force.error());
    answer_to->returnResults(wire::encode_values(*in_force));
  };
}

Manager::Done replying(const Request& request, sdbus::Result<>&& result) {
  const auto answer_to = std::make_shared<sdbus::Result<>>(std::move(result));
  return [request, answer_to](const Result<void>& ok) {
    request.done(ok ? nullptr : &ok.error());
    if (!ok) return refuse(*answer_to, ok.error());
    answer_to->returnResults();
  };
}

}  // namespace

ManagerAdaptor::ManagerAdaptor(sdbus::IConnection& connection, Manager& manager, Instruments& instruments,
                               std::string version)
    : AdaptorInterfaces(connection, wire::object_path),
      manager_(manager),
      instruments_(instruments),
      version_(std::move(version)) {
  registerAdaptor();
}

ManagerAdaptor::~ManagerAdaptor() {
  unregisterAdaptor();
}

void ManagerAdaptor::Create(LimitsResult&& result, std::string name, wire::Dictionary limits,
                            wire::Dictionary options) {
  const auto done = replying(Request(instruments_, "Create"), std::move(result));
  const auto path = CgroupPath::parse(name);
  if (!path) return done(fail(path.error()));
  const auto changes = wire::decode_changes(limits);
  if (!changes) return done(fail(changes.error()));
  const auto if_absent =
      wire::require_known(options, {"if_absent"}).and_then([&] { return wire::option_flag(options, "if_absent"); });
  if (!if_absent) return done(fail(if_absent.error()));
  manager_.create(*path, *changes, *if_absent, done);
}

void ManagerAdaptor::SetLimits(LimitsResult&& result, std::string name, wire::Dictionary changes,
                               wire::Dictionary options) {
  const auto plan = wire::option_flag(options, "plan");
  if (plan && *plan) return show_plan(std::move(result), name, changes, options);
  const auto done = replying(Request(instruments_, "SetLimits"), std::move(result));
  const auto path = CgroupPath::parse(name);
  if (!path) return done(fail(path.error()));
  const auto wanted = wire::decode_changes(changes);
  if (!wanted) return done(fail(wanted.error()));
  if (!plan) return done(fail(plan.error()));
  const auto force =
      wire::require_known(options, {"force", "plan"}).and_then([&] { return wire::option_flag(options, "force"); });
  if (!force) return done(fail(force.error()));
  manager_.set_limits(*path, *wanted, {.force = *force}, done);
}

void ManagerAdaptor::show_plan(LimitsResult&& result, const std::string& name, const wire::Dictionary& changes,
                               const wire::Dictionary& options) {
  const Request request(instruments_, "SetLimits");
  const LimitsResult answer_to = std::move(result);
  const auto lines = wire::require_known(options, {"force", "plan"})
                         .and_then([&] { return CgroupPath::parse(name); })
                         .and_then([&](const CgroupPath& path) {
                           return wire::decode_changes(changes).and_then(
                               [&](const Changes& wanted) { return manager_.plan_limits(path, wanted); });
                         });
  request.done(lines ? nullptr : &lines.error());
  if (!lines) return refuse(answer_to, lines.error());
  answer_to.returnResults({{"plan", sdbus::Variant(*lines)}});
}

void ManagerAdaptor::Unset(LimitsResult&& result, std::string name, std::vector<std::string> limits) {
  const auto done = replying(Request(instruments_, "Unset"), std::move(result));
  const auto path = CgroupPath::parse(name);
  if (!path) return done(fail(path.error()));
  std::vector<const Limit*> rows;
  for (const auto& limit : limits) {
    const auto row = require_limit(limit);
    if (!row) return done(fail(row.error()));
    rows.push_back(*row);
  }
  manager_.unset(*path, rows, done);
}

void ManagerAdaptor::Apply(ChangesResult&& result,
                           std::vector<sdbus::Struct<std::string, wire::Dictionary, wire::Dictionary>> /*cgroups*/,
                           wire::Dictionary /*options*/) {
  refuse(result, Error{.code = ErrorCode::unsupported, .message = "not yet"});
}

void ManagerAdaptor::Undo(ChangesResult&& result, std::uint64_t /*id*/, wire::Dictionary /*options*/) {
  refuse(result, Error{.code = ErrorCode::unsupported, .message = "not yet"});
}

std::vector<wire::Dictionary> ManagerAdaptor::History(const wire::Dictionary& /*query*/) {
  return {};
}

void ManagerAdaptor::Reload(sdbus::Result<std::vector<std::string>>&& result) {
  refuse(result, Error{.code = ErrorCode::unsupported, .message = "not yet"});
}

void ManagerAdaptor::Remove(sdbus::Result<>&& result, std::string name, wire::Dictionary options) {
  const auto done = replying(Request(instruments_, "Remove"), std::move(result));
  const auto path = CgroupPath::parse(name);
  if (!path) return done(fail(path.error()));
  const auto kill = wire::require_known(options, {"kill"}).and_then([&] { return wire::option_flag(options, "kill"); });
  if (!kill) return done(fail(kill.error()));
  manager_.remove(*path, *kill, done);
}

void ManagerAdaptor::attach(const Manager::Done& done, const std::string& name,
                            const cgroupd::Result<std::vector<pid_t>>& pids) {
  const auto path = CgroupPath::parse(name);
  if (!path) return done(fail(path.error()));
  if (!pids) return done(fail(pids.error()));
  manager_.attach(*path, *pids, done);
}

void ManagerAdaptor::Attach(sdbus::Result<>&& result, std::string name, std::vector<sdbus::UnixFd> pidfds) {
  std::vector<pid_t> pids;
  Result<void> ok;
  if (pidfds.size() > most_processes) ok = fail(ErrorCode::limit_exceeded, "more than 4096 processes in one call");
  for (std::size_t i = 0; i < pidfds.size() && ok; ++i) {
    const auto pid = process_of_pidfd(pidfds[i].get());
    if (pid) pids.push_back(*pid);
    if (!pid) ok = fail(pid.error());
  }
  attach(replying(Request(instruments_, "Attach"), std::move(result)), name, ok.map([&] { return pids; }));
}

void ManagerAdaptor::AttachPids(sdbus::Result<>&& result, std::string name, std::vector<std::uint32_t> pids) {
  const bool too_many = pids.size() > most_processes;
  const Result<std::vector<pid_t>> given =
      too_many ? Result<std::vector<pid_t>>(fail(ErrorCode::limit_exceeded, "more than 4096 processes in one call"))
               : std::vector<pid_t>(pids.begin(), pids.end());
  attach(replying(Request(instruments_, "AttachPids"), std::move(result)), name, given);
}

// For methods that answer at once: errors leave as bus errors.
template <typename T>
T ManagerAdaptor::answer(const char* method, const std::function<cgroupd::Result<T>()>& work) {
  const Request request(instruments_, method);
  auto result = work();
  request.done(result ? nullptr : &result.error());
  if (!result) throw wire::to_bus_error(result.error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

sdbus::UnixFd ManagerAdaptor::OpenDirectory(const std::string& name) {
  return answer<sdbus::UnixFd>("OpenDirectory", [&] {
    return CgroupPath::parse(name)
        .and_then([&](const CgroupPath& path) { return manager_.open_directory(path); })
        .map([](FileDescriptor fd) { return sdbus::UnixFd(fd.release(), sdbus::adopt_fd); });
  });
}

wire::Dictionary ManagerAdaptor::Get(const std::string& name) {
  return answer<wire::Dictionary>("Get", [&] {
    return CgroupPath::parse(name)
        .and_then([&](const CgroupPath& path) { return manager_.get(path); })
        .map(&wire::encode_status);
  });
}

std::vector<wire::Dictionary> ManagerAdaptor::List() {
  return answer<std::vector<wire::Dictionary>>("List", [&]() -> cgroupd::Result<std::vector<wire::Dictionary>> {
    std::vector<wire::Dictionary> all;
    for (const auto& status : manager_.list()) all.push_back(wire::encode_status(status));
    return all;
  });
}

std::tuple<std::vector<std::string>, std::vector<sdbus::Struct<std::string, std::vector<std::uint64_t>>>>
ManagerAdaptor::Snapshot(const std::vector<std::string>& fields) {
  using Rows = std::vector<sdbus::Struct<std::string, std::vector<std::uint64_t>>>;
  const auto names = fields.empty() ? default_snapshot_fields() : fields;
  auto rows = answer<Rows>("Snapshot", [&] {
    return manager_.snapshot(names).map([](cgroupd::Snapshot&& snapshot) {
      Rows all;
      for (auto& [cgroup, numbers] : snapshot) all.emplace_back(cgroup.str(), std::move(numbers));
      return all;
    });
  });
  return {names, std::move(rows)};
}

void ManagerAdaptor::Freeze(const std::string& name) {
  answer<void>("Freeze", [&] {
    return CgroupPath::parse(name).and_then([&](const CgroupPath& path) { return manager_.freeze(path, true); });
  });
}

void ManagerAdaptor::Thaw(const std::string& name) {
  answer<void>("Thaw", [&] {
    return CgroupPath::parse(name).and_then([&](const CgroupPath& path) { return manager_.freeze(path, false); });
  });
}

void ManagerAdaptor::Kill(const std::string& name) {
  answer<void>("Kill", [&] {
    return CgroupPath::parse(name).and_then([&](const CgroupPath& path) { return manager_.kill(path); });
  });
}

}  // namespace cgroupd
