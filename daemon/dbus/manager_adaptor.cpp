// Bus methods.
#include "dbus/manager_adaptor.h"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <set>
#include <utility>

#include "cgroupfs/processes.h"
#include "dbus/apply_message.h"
#include "dbus/long_answer.h"
#include "dbus/long_paths.h"
#include "dbus/question.h"
#include "dbus/request_options.h"
#include "dbus/slice.h"
#include "dbus/wire_history.h"

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

using LimitsResult = sdbus::Result<wire::Dictionary>;

template <typename R>
void refuse_call(const Request& request, const sdbus::MethodCall& call, const Error& error) {
  refuse(R(call), error);
  request.done(&error);
}

// The first that went wrong.
template <typename... Results>
const Error* first_error(const Results&... results) {
  const Error* first = nullptr;
  ((first = first == nullptr && !results ? &results.error() : first), ...);
  return first;
}

// What to call when the work is done, now or later; in the answer stands also what is skipped of the limits `named`.
Manager::OutcomeDone answering(const Request& request, const sdbus::MethodCall& call, Manager& manager,
                               const CgroupPath& cgroup, const Changes& named) {
  std::vector<const Limit*> limits;
  for (const auto& [limit, change] : named) limits.push_back(limit);
  return [request, call, &manager, cgroup, limits = std::move(limits)](const Result<Outcome>& outcome) {
    if (outcome) {
      wire::Skipped skipped = manager.skipped(cgroup);
      std::erase_if(skipped, [&](const auto& one) { return std::ranges::find(limits, one.first) == limits.end(); });
      answer_limits(call, outcome->in_force_of(cgroup), skipped);
    } else {
      refuse(LimitsResult(call), outcome.error());
    }
    request.done(outcome ? nullptr : &outcome.error());
  };
}

// sdbus results can be moved but not copied; callbacks are copied. `tell` sends what there is to say when it went well.
template <typename Tell, typename... Parts>
Manager::Done replying(const Request& request, sdbus::Result<Parts...>&& result, Tell tell) {
  const auto answer_to = std::make_shared<sdbus::Result<Parts...>>(std::move(result));
  return [request, answer_to, tell = std::move(tell)](const Result<void>& ok) {
    request.done(ok ? nullptr : &ok.error());
    if (!ok) return refuse(*answer_to, ok.error());
    tell(*answer_to);
  };
}

Manager::Done replying(const Request& request, sdbus::Result<>&& result) {
  return replying(request, std::move(result), [](const auto& to) { to.returnResults(); });
}

using ChangedCgroups = std::vector<sdbus::Struct<std::string, wire::Dictionary>>;

// `named` by the caller: what is skipped there is told, also when it is no news.
ChangedCgroups encode_changed(Manager& manager, const Outcome& outcome, const std::vector<CgroupPath>& named) {
  std::map<CgroupPath, wire::Dictionary> changed;
  for (const auto& cgroup : outcome.made) changed[cgroup];
  for (const auto& [cgroup, values] : outcome.changed) changed[cgroup] = wire::encode_values(values);
  std::set<CgroupPath> asked(named.begin(), named.end());
  for (const auto& skipped : outcome.skipped) asked.insert(skipped.cgroup);
  for (const auto& cgroup : asked) {
    if (const auto skipped = manager.skipped(cgroup); !skipped.empty()) wire::add_skipped(changed[cgroup], skipped);
  }
  ChangedCgroups encoded;
  for (auto& [cgroup, values] : changed) encoded.emplace_back(cgroup.str(), std::move(values));
  return encoded;
}

Manager::OutcomeDone replying(const Request& request, sdbus::Result<ChangedCgroups, std::vector<std::string>>&& result,
                              Manager& manager, const std::vector<CgroupPath>& named = {}) {
  const auto answer_to = std::make_shared<sdbus::Result<ChangedCgroups, std::vector<std::string>>>(std::move(result));
  return [request, answer_to, &manager, named](const Result<Outcome>& outcome) {
    request.done(outcome ? nullptr : &outcome.error());
    if (!outcome) return refuse(*answer_to, outcome.error());
    answer_to->returnResults(encode_changed(manager, *outcome, named), outcome->steps);
  };
}

// What is refused is a request, too.
GuardedObject::Guard guard(Authorizer& authorizer, Instruments& instruments) {
  return {.judge = [&authorizer, &instruments](const sdbus::MethodCall& call) -> std::optional<Result<void>> {
            if (!authorizer.looks_at_caller_alone()) return std::nullopt;
            auto agreed = authorizer.judge_caller(call.getSender());
            if (!agreed) instruments.request_done(call.getMemberName(), {}, error_name(agreed.error().code));
            return agreed;
          },
          .ask =
              [&authorizer, &instruments](sdbus::MethodCall& call, GuardedObject::Answer answer) {
                const auto begin = std::chrono::steady_clock::now();
                const Question question = question_of(call);
                authorizer.ask(question, [&instruments, begin, method = question.method,
                                          answer = std::move(answer)](const Result<void>& agreed) {
                  const auto took = std::chrono::steady_clock::now() - begin;
                  if (!agreed) instruments.request_done(method, took, error_name(agreed.error().code));
                  answer(agreed);
                });
              }};
}

}  // namespace

// Who asks for a list, and waits for it.
struct ManagerAdaptor::Asked {
  sdbus::MethodCall call;
  Request request;
};

ManagerAdaptor::ManagerAdaptor(sdbus::IConnection& connection, Manager& manager, Instruments& instruments,
                               Authorizer& authorizer, Callers& callers, std::string version, Reloading reload,
                               std::vector<std::string> more_features)
    : GuardedAdaptor(
          connection, wire::object_path,
          [&callers](const std::string& caller, const GuardedObject::Known& known) {
            return callers.meet(caller, known);
          },
          guard(authorizer, instruments),
          [&instruments](const std::string& method, const Error& error) {
            instruments.request_done(method, {}, error_name(error.code));
          }),
      manager_(manager),
      instruments_(instruments),
      version_(std::move(version)),
      features_({"apply", "drift", "force", "history", "lease", "on-missing", "plan", "runtime", "undo", "within"}),
      reload_(std::move(reload)),
      callers_(callers) {
  refuse_long_paths(connection);
  features_.insert(features_.end(), more_features.begin(), more_features.end());
  getObject().take_over("Apply", [this](const sdbus::MethodCall& call) { receive_apply(call); });
  take_over_limits("Create", &ManagerAdaptor::create);
  take_over_limits("SetLimits", &ManagerAdaptor::set_limits);
  registerAdaptor();
}

ManagerAdaptor::~ManagerAdaptor() {
  unregisterAdaptor();
}

void ManagerAdaptor::take_over_limits(const std::string& method, RunLimits run) {
  getObject().take_over(method, [this, run](const sdbus::MethodCall& call, std::size_t heaviest) {
    return read_limits_request(call, heaviest).map([&](std::unique_ptr<LimitsRequest> read) {
      const std::size_t weight = read->weight;
      return GuardedObject::Received{.weight = weight,
                                     .run = [this, run, request = std::shared_ptr<LimitsRequest>(std::move(read))] {
                                       (this->*run)(getObject().running(), *request);
                                     }};
    });
  });
}

void ManagerAdaptor::create(const sdbus::MethodCall& call, LimitsRequest& request) {
  const Request counted(instruments_, "Create");
  const auto options = request.options.and_then(&create_options);
  if (const auto* const error = first_error(request.cgroup, request.limits, options))
    return refuse_call<LimitsResult>(counted, call, *error);
  manager_.create(*request.cgroup, *request.limits, *options, caller(),
                  answering(counted, call, manager_, *request.cgroup, *request.limits));
}

void ManagerAdaptor::set_limits(const sdbus::MethodCall& call, LimitsRequest& request) {
  const Request counted(instruments_, "SetLimits");
  auto options = request.options.and_then(&set_options);
  if (const auto* const error = first_error(request.cgroup, request.limits, options))
    return refuse_call<LimitsResult>(counted, call, *error);
  if (options->plan) {
    const auto lines = manager_.plan_limits(*request.cgroup, *request.limits, *options);
    if (!lines) return refuse_call<LimitsResult>(counted, call, lines.error());
    LimitsResult(call).returnResults({{"plan", sdbus::Variant(*lines)}});
    return counted.done(nullptr);
  }
  options->execute.while_waiting = until_caller_is_gone();
  auto done = answering(counted, call, manager_, *request.cgroup, *request.limits);
  manager_.set_limits(*request.cgroup, *std::move(request.limits), *std::move(options), caller(), std::move(done));
}

// Their calls are read elsewhere: take_over_limits().
void ManagerAdaptor::Create(LimitsResult&& /*result*/, std::string /*name*/, wire::Dictionary /*limits*/,
                            wire::Dictionary /*options*/) {}
void ManagerAdaptor::SetLimits(LimitsResult&& /*result*/, std::string /*name*/, wire::Dictionary /*changes*/,
                               wire::Dictionary /*options*/) {}

void ManagerAdaptor::Unset(LimitsResult&& result, std::string name, std::vector<std::string> limits) {
  const Request request(instruments_, "Unset");
  const auto answer_to = std::make_shared<LimitsResult>(std::move(result));
  const auto path = CgroupPath::parse(name);
  const auto done = [request, answer_to,
                     cgroup = path.value_or(CgroupPath())](const cgroupd::Result<Outcome>& outcome) {
    request.done(outcome ? nullptr : &outcome.error());
    if (!outcome) return refuse(*answer_to, outcome.error());
    answer_to->returnResults(wire::encode_values(outcome->in_force_of(cgroup)));
  };
  if (!path) return done(fail(path.error()));
  std::vector<const Limit*> rows;
  for (const auto& limit : limits) {
    const auto row = require_limit(limit);
    if (!row) return done(fail(row.error()));
    rows.push_back(*row);
  }
  manager_.unset(*path, rows, caller(), done);
}

// What the generated code would read in one go.
void ManagerAdaptor::receive_apply(const sdbus::MethodCall& call) {
  getObject().go_on([this, call, arguments = ApplyArguments(call)]() mutable {
    for (const Slice slice; !slice.is_over();) {
      if (arguments.read_one()) continue;
      Apply(ChangesResult(call), std::move(arguments.cgroups), std::move(arguments.options));
      return true;
    }
    return false;
  });
}

void ManagerAdaptor::Apply(ChangesResult&& result, std::vector<WireCgroup> cgroups, wire::Dictionary options) {
  const Request request(instruments_, "Apply");
  const auto answer_to = std::make_shared<ChangesResult>(std::move(result));
  getObject().go_on([this, request, answer_to, cgroups = std::move(cgroups), options = std::move(options),
                     declared = DeclaredCgroups()]() mutable {
    for (const Slice slice; declared.size() < cgroups.size();) {
      if (slice.is_over()) return false;
      auto one = decode_declared(cgroups[declared.size()]);
      if (!one) {
        request.done(&one.error());
        refuse(*answer_to, one.error());
        return true;
      }
      declared.push_back(*std::move(one));
    }
    const auto all = in_order(std::move(declared));
    std::vector<CgroupPath> named;
    if (all) std::ranges::transform(*all, std::back_inserter(named), &DeclaredCgroup::name);
    const auto done = replying(request, std::move(*answer_to), manager_, named);
    if (!all) {
      done(fail(all.error()));
    } else {
      apply(done, *all, options);
    }
    return true;
  });
}

void ManagerAdaptor::apply(const Manager::OutcomeDone& done, const DeclaredCgroups& cgroups,
                           const wire::Dictionary& options) {
  auto decoded = apply_options(wire::options_of(options));
  if (!decoded) return done(fail(decoded.error()));
  decoded->execute.while_waiting = until_caller_is_gone();
  manager_.apply(cgroups, *decoded, caller(), done);
}

void ManagerAdaptor::Undo(ChangesResult&& result, std::uint64_t id, wire::Dictionary options) {
  const auto done = replying(Request(instruments_, "Undo"), std::move(result), manager_);
  auto decoded = undo_options(wire::options_of(options));
  if (!decoded) return done(fail(decoded.error()));
  decoded->execute.while_waiting = until_caller_is_gone();
  manager_.undo(id, *decoded, caller(), done);
}

void ManagerAdaptor::History(EntriesResult&& /*result*/, wire::Dictionary query) {
  const Request request(instruments_, "History");
  const sdbus::MethodCall& call = getObject().running();
  const auto decoded = wire::decode_query(wire::options_of(query));
  if (!decoded) return refuse_call<EntriesResult>(request, call, decoded.error());
  getObject().go_on([this, request, call, rest = *decoded, reply = LongAnswer<wire::Dictionary>(call)]() mutable {
    for (const Slice slice; !slice.is_over();) {
      constexpr std::size_t at_once = 4;
      const auto page = manager_.history(rest, at_once);
      if (!page) {
        refuse_call<EntriesResult>(request, call, page.error());
        return true;
      }
      for (const auto& entry : page->entries) reply.add(wire::encode_entry(entry));
      rest.most -= static_cast<std::uint32_t>(page->entries.size());
      rest.before = page->older;
      if (page->older) continue;
      reply.send();
      request.done(nullptr);
      return true;
    }
    return false;
  });
}

void ManagerAdaptor::Reload(sdbus::Result<std::vector<std::string>>&& result) {
  const Request request(instruments_, "Reload");
  const auto answer_to = std::make_shared<sdbus::Result<std::vector<std::string>>>(std::move(result));
  reload_([request, answer_to](const cgroupd::Result<Outcome>& outcome) {
    request.done(outcome ? nullptr : &outcome.error());
    if (!outcome) return refuse(*answer_to, outcome.error());
    answer_to->returnResults(outcome->steps);
  });
}

// Who does not wait for the answer cannot give up either.
ManagerAdaptor::WhileWaiting ManagerAdaptor::until_caller_is_gone() {
  const auto* const message = getObject().getCurrentlyProcessedMessage();
  // What an object processes is a call.
  if (message == nullptr || static_cast<const sdbus::MethodCall*>(message)->doesntExpectReply()) return {};
  return [this, sender = message->getSender()](std::function<void()> give_up) {
    return callers_.when_gone(sender, std::move(give_up));
  };
}

Caller ManagerAdaptor::caller() {
  const auto* const message = getObject().getCurrentlyProcessedMessage();
  return message == nullptr ? Caller() : callers_.of(message->getSender());
}

void ManagerAdaptor::Remove(sdbus::Result<>&& result, std::string name, wire::Dictionary options) {
  const auto done = replying(Request(instruments_, "Remove"), std::move(result));
  const auto path = CgroupPath::parse(name);
  if (!path) return done(fail(path.error()));
  const auto named = wire::options_of(options);
  const auto kill = wire::require_known(named, {"kill"}).and_then([&] { return wire::option_flag(named, "kill"); });
  if (!kill) return done(fail(kill.error()));
  manager_.remove(*path, *kill, caller(), done);
}

void ManagerAdaptor::attach(const Manager::Done& done, const std::string& name,
                            const cgroupd::Result<std::vector<pid_t>>& pids) {
  const auto path = CgroupPath::parse(name);
  if (!path) return done(fail(path.error()));
  if (!pids) return done(fail(pids.error()));
  manager_.attach(*path, *pids, caller(), done);
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

// A thousand cgroups take long to look at: a few at a time, so that others get their turn.
void ManagerAdaptor::for_each_in_turns(const GoOn& go_on, std::function<cgroupd::Result<void>(const CgroupPath&)> look,
                                       Manager::Done done) {
  go_on(
      [cgroups = manager_.cgroups(), next = std::size_t{0}, look = std::move(look), done = std::move(done)]() mutable {
        for (const Slice slice; next < cgroups.size();) {
          if (auto ok = look(cgroups[next]); !ok) {
            done(std::move(ok));
            return true;
          }
          ++next;
          if (slice.is_over()) return false;
        }
        done({});
        return true;
      });
}

void ManagerAdaptor::List(EntriesResult&& /*result*/) {
  const Asked asked{.call = getObject().running(), .request = Request(instruments_, "List")};
  const auto is_same = [sender = asked.call.getSender()](const Asked& other) {
    return other.call.getSender() == sender;
  };
  if (std::ranges::count_if(wait_for_list_, is_same) >= static_cast<std::ptrdiff_t>(Turns::most_of_one)) {
    return refuse_call<EntriesResult>(asked.request, asked.call, Turns::too_many_of_one());
  }
  wait_for_list_.push_back(asked);
  if (!listing_) list_for_those_who_wait();
}

// One look serves all who asked before it began. Who asks later waits for the next: what he is told is never older than
// his question.
void ManagerAdaptor::list_for_those_who_wait() {
  listing_ = !wait_for_list_.empty();
  if (!listing_) return;
  const auto asked = std::make_shared<std::vector<Asked>>(std::exchange(wait_for_list_, {}));
  const auto all = std::make_shared<std::vector<wire::Dictionary>>();
  for_each_in_turns([this](auto step) { getObject().go_on_for_all(std::move(step)); },
                    [this, all](const CgroupPath& cgroup) -> cgroupd::Result<void> {
                      const auto status = manager_.get(cgroup);
                      if (!status) return {};  // it has gone meanwhile
                      try {
                        all->push_back(wire::encode_status(*status));
                      } catch (const sdbus::Error& error) {
                        return fail(wire::from_bus_error(error));
                      }
                      return {};
                    },
                    [this, asked, all](const cgroupd::Result<void>& ok) {
                      for (const auto& [call, request] : std::views::reverse(*asked)) {
                        if (!ok) {
                          refuse_call<EntriesResult>(request, call, ok.error());
                          continue;
                        }
                        answer_in_turns<wire::Dictionary>(getObject(), call, LongAnswer<wire::Dictionary>(call), all,
                                                          [request = request] { request.done(nullptr); });
                      }
                      list_for_those_who_wait();
                    });
}

void ManagerAdaptor::Snapshot(SnapshotResult&& /*result*/, std::vector<std::string> fields) {
  const Request request(instruments_, "Snapshot");
  const sdbus::MethodCall& call = getObject().running();
  if (fields.empty()) fields = default_snapshot_fields();
  using Row = sdbus::Struct<std::string, std::vector<std::uint64_t>>;
  const auto rows = std::make_shared<std::vector<Row>>();
  const Manager::Done done = [this, request, call, fields, rows](const cgroupd::Result<void>& ok) {
    if (!ok) return refuse_call<SnapshotResult>(request, call, ok.error());
    answer_in_turns<Row>(getObject(), call, LongAnswer<Row>(call, fields), rows, [request] { request.done(nullptr); });
  };
  if (const auto ok = manager_.snapshot({}, fields); !ok) return done(fail(ok.error()));
  for_each_in_turns([this](auto step) { getObject().go_on(std::move(step)); },
                    [this, fields, rows](const CgroupPath& cgroup) {
                      return manager_.snapshot({cgroup}, fields).map([&](cgroupd::Snapshot&& snapshot) {
                        for (auto& [one, numbers] : snapshot) rows->emplace_back(one.str(), std::move(numbers));
                      });
                    },
                    done);
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
