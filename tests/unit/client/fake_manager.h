// A daemon that notes what it is asked and answers what it was told to.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "client/manager.h"
#include "client/program.h"
#include "model/quantity.h"

namespace cgroupd::client::test {

/// 2026-11-24 12:00:00 UTC: what the fake machine's clock always shows.
inline constexpr std::chrono::microseconds noon = std::chrono::seconds(1'795'521'600);

struct FakeDaemon {
  std::vector<std::string> asked;  ///< "set_limits web memory.max=512M"
  Values in_force;
  std::map<const Limit*, std::string> skipped;  ///< beside in_force
  std::vector<std::string> plan;
  std::vector<CgroupStatus> statuses;
  Applied applied;                        ///< apply and undo
  std::vector<HistoryEntry> entries;      ///< history
  std::vector<Event> events;              ///< watch
  int input = -1;                         ///< cgctl's standard input
  std::optional<Error> bus_refusal;       ///< what is about no single cgroup: apply, undo, history, watch
  std::map<std::string, Error> refusals;  ///< by cgroup
};

class FakeManager final : public Manager {
 public:
  explicit FakeManager(FakeDaemon& daemon) : daemon_(daemon) {}

  Result<InForce> create(const CgroupPath& name, const Changes& limits, const CreateOptions& options) override {
    return answer("create" + word(options.if_absent, "if_absent") + word(options.runtime, "runtime") +
                      drift(options.drift) + on_missing(options.on_missing),
                  name, printed(limits), InForce{.limits = daemon_.in_force, .skipped = daemon_.skipped});
  }
  Result<InForce> set_limits(const CgroupPath& name, const Changes& changes, const SetOptions& options) override {
    return answer("set_limits" + how(options), name, printed(changes),
                  InForce{.limits = daemon_.in_force, .skipped = daemon_.skipped});
  }
  Result<std::vector<std::string>> plan(const CgroupPath& name, const Changes& changes,
                                        const SetOptions& options) override {
    return answer("plan" + how(options), name, printed(changes), daemon_.plan);
  }
  Result<Values> unset(const CgroupPath& name, std::span<const Limit* const> limits) override {
    std::string files;
    for (const auto* const limit : limits) files += " " + std::string(limit->file);
    return answer("unset", name, files, daemon_.in_force);
  }
  Result<Applied> apply(const DeclaredCgroups& cgroups, const ApplyOptions& options) override {
    std::string asked = "apply" + word(options.plan, "plan") + word(options.prune, "prune") +
                        word(options.force, "force") + time("within", options.within) + on_missing(options.on_missing);
    for (const auto& cgroup : cgroups) {
      asked += "; " + cgroup.name.str() + (cgroup.profile ? " profile " + *cgroup.profile : "") + drift(cgroup.drift) +
               on_missing(cgroup.on_missing) + printed(cgroup.limits);
    }
    return answer_for_all(asked, daemon_.applied);
  }
  Result<Applied> undo(std::uint64_t id, const UndoOptions& options) override {
    return answer_for_all("undo " + std::to_string(id) + word(options.plan, "plan") + word(options.force, "force") +
                              time("within", options.within),
                          daemon_.applied);
  }
  Result<std::vector<HistoryEntry>> history(const HistoryQuery& query) override {
    return answer_for_all("history" + (query.cgroup ? " " + query.cgroup->str() : "") +
                              (query.before ? " before " + std::to_string(*query.before) : "") + " most " +
                              std::to_string(query.most),
                          daemon_.entries);
  }
  Result<std::vector<std::string>> reload() override { return answer_for_all("reload", daemon_.plan); }
  Result<void> watch(const std::function<void(const Event&)>& on_event, const Descriptor& /*interrupt*/) override {
    for (const auto& event : daemon_.events) on_event(event);
    return answer_for_all("watch", true).map([](bool) {});
  }
  Result<void> remove(const CgroupPath& name, bool kill) override {
    return tell(kill ? "remove kill" : "remove", name);
  }
  Result<void> attach(const CgroupPath& name, std::span<const Descriptor> pidfds) override {
    return tell("attach " + std::to_string(pidfds.size()), name);
  }
  Result<void> attach_pids(const CgroupPath& name, std::span<const pid_t> pids) override {
    return tell("attach_pids " + std::to_string(pids.size()), name);
  }
  Result<Descriptor> open_directory(const CgroupPath& name) override {
    const auto ok = tell("open_directory", name);
    if (!ok) return fail(ok.error());
    return Descriptor();
  }
  Result<CgroupStatus> get(const CgroupPath& name) override {
    for (const auto& status : daemon_.statuses) {
      if (status.name == name.str()) return answer("get", name, "", status);
    }
    return fail(ErrorCode::not_found, "no cgroup named '" + name.str() + "'");
  }
  Result<std::vector<CgroupStatus>> list() override {
    daemon_.asked.emplace_back("list");
    return daemon_.statuses;
  }
  Result<void> freeze(const CgroupPath& name) override { return tell("freeze", name); }
  Result<void> thaw(const CgroupPath& name) override { return tell("thaw", name); }
  Result<void> kill(const CgroupPath& name) override { return tell("kill", name); }

 private:
  static std::string printed(const Changes& changes) {
    std::string text;
    for (const auto& [limit, change] : changes) text += " " + std::string(limit->file) + "=" + print_change(change);
    return text;
  }

  static std::string word(bool said, const std::string& what) { return said ? " " + what : ""; }
  static std::string time(const std::string& what, std::optional<std::chrono::microseconds> time) {
    return time ? " " + what + " " + print_duration(static_cast<std::uint64_t>(time->count())) : "";
  }
  static std::string on_missing(std::optional<OnMissing> what) {
    return what ? " on_missing " + std::string(on_missing_name(*what)) : "";
  }
  static std::string drift(std::optional<DriftPolicy> policy) {
    return policy ? " drift " + std::string(drift_policy_name(*policy)) : "";
  }
  static std::string how(const SetOptions& options) {
    return word(options.force, "force") + word(options.runtime, "runtime") + time("within", options.within) +
           time("lease", options.lease) + drift(options.drift) + on_missing(options.on_missing);
  }

  template <typename T>
  Result<T> answer_for_all(const std::string& what, const T& value) {
    daemon_.asked.push_back(what);
    if (daemon_.bus_refusal) return fail(*daemon_.bus_refusal);
    return value;
  }

  template <typename T>
  Result<T> answer(const std::string& what, const CgroupPath& name, const std::string& rest, const T& value) {
    daemon_.asked.push_back(what + " " + name.str() + rest);
    if (const auto refusal = daemon_.refusals.find(name.str()); refusal != daemon_.refusals.end()) {
      return fail(refusal->second);
    }
    return value;
  }

  Result<void> tell(const std::string& what, const CgroupPath& name) {
    return answer(what, name, "", true).map([](bool) {});
  }

  FakeDaemon& daemon_;
};

/// What cgctl said and returned.
struct Said {
  int status = -1;
  std::string out;
  std::string err;
  std::optional<BusChoice> bus;     ///< the one it would have connected to
  std::vector<std::string> became;  ///< the command it would have become
};

inline Said cgctl(FakeDaemon& daemon, const std::vector<std::string>& arguments, bool is_root = false) {
  Said said;
  std::ostringstream out;
  std::ostringstream err;
  const Surroundings world = {
      .out = out,
      .err = err,
      .style = {},
      .is_root = is_root,
      .has_terminal = false,
      .connect =
          [&](BusChoice bus) {
            said.bus = std::move(bus);
            return std::make_unique<FakeManager>(daemon);
          },
      .resolve_device = [](const std::string& path) -> Result<ResolvedDevice> {
        if (path == "/dev/sda") return ResolvedDevice{.device = {.major = 8, .minor = 0}, .note = {}};
        if (path == "/dev/sda1") return ResolvedDevice{.device = {.major = 8, .minor = 0}, .note = "it is a partition"};
        return fail(ErrorCode::not_found, path + ": No such file or directory");
      },
      .become = [&](const std::vector<std::string>& command) -> Error {
        said.became = command;
        return {.code = ErrorCode::unreachable, .message = "no ssh here"};
      },
      .machine = {.now = [] { return noon; },
                  .user_name = [](std::uint32_t uid) { return uid == 1000 ? "dev" : std::to_string(uid); },
                  .interrupts = []() -> Result<Descriptor> { return Descriptor(); },
                  .input = daemon.input}};
  said.status = run_program(arguments, world);
  said.out = out.str();
  said.err = err.str();
  return said;
}

inline Said cgctl(const std::vector<std::string>& arguments) {
  FakeDaemon daemon;
  return cgctl(daemon, arguments);
}

/// A value in the kernel's text.
inline std::pair<const Limit* const, Value> in_force(std::string_view file, std::string_view text) {
  const Limit* const limit = find_limit(file);
  return {limit, parse_value(*limit, text).value()};
}

}  // namespace cgroupd::client::test
