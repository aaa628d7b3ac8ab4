// The daemon's core over a fake kernel and a fake clock; it can die and come back, as the real one can.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/leases.h"
#include "core/manager.h"
#include "core/reconciler.h"
#include "core/transactions.h"
#include "model/limit_change.h"
#include "store/intents.h"
#include "support/fake_kernel.h"
#include "support/named.h"
#include "support/state.h"

namespace cgroupd {

struct RecordedEvents final : ManagerEvents {
  void created(const CgroupPath& cgroup) override { lines.push_back("created " + cgroup.str()); }
  void removed(const CgroupPath& cgroup) override { lines.push_back("removed " + cgroup.str()); }
  void limits_changed(const CgroupPath& cgroup, const Values& in_force) override {
    for (const auto& [limit, value] : in_force)
      lines.push_back("changed " + cgroup.str() + " " + std::string(limit->file) + " " + print_value(value));
  }
  void drifted(const Drift& drift) override {
    drifts.push_back(drift);
    lines.push_back("drifted " + drift.cgroup.str() + " " + std::string(drift.limit->file) + " " + drift.found + " " +
                    drift.wanted + " " + std::string(drift_action_name(drift.action)));
  }
  void lease_ended(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, LeaseEnd why) override {
    for (const Limit* const limit : limits)
      lines.push_back("lease of " + cgroup.str() + " " + std::string(limit->file) +
                      (why == LeaseEnd::over ? " over" : " replaced"));
  }
  void stall_lifted(const CgroupPath& cgroup, const Limit& limit, const Value& /*before*/) override {
    lines.push_back("lifted " + cgroup.str() + " " + std::string(limit.file));
  }
  bool heard(std::string_view line) const { return std::ranges::find(lines, line) != lines.end(); }

  std::vector<std::string> lines;
  std::vector<Drift> drifts;
};

/// "memory.max=64M cpu.max=0.5".
inline Changes changes(std::string_view text) {
  Changes all;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const auto equals = word.find('=');
    const Limit* const limit = find_limit(word.substr(0, equals));
    all.emplace(limit, parse_change(*limit, word.substr(equals + 1)).value());
  }
  return all;
}

/// What dies with the daemon.
struct Daemon {
  Daemon(FakeKernel& kernel, const TemporaryDirectory& directory, FakeTime& time, const std::string& boot,
         DriftPolicy policy)
      : background(kernel),
        patient(kernel),
        store(open_store(directory, boot)),
        intents(Intents::open(directory.path(), boot).value()),
        transactions(kernel, {.work = background, .patient = patient, .disk = background}, *store, intents, time,
                     events),
        reconciler(kernel, watches, transactions, time, events, policy, 1000),
        leases(kernel, transactions, time, events, [this](const CgroupPath& cgroup) { reconciler.check(cgroup); }),
        manager(kernel, background, transactions, reconciler, time, nullptr, {}) {
    transactions.on_leases_changed([this] { leases.rearm(); });
  }

  AtOnce background;
  AtOnce patient;
  std::unique_ptr<Store> store;
  Intents intents;
  RecordedEvents events;
  NoWatches watches;
  Transactions transactions;
  Reconciler reconciler;
  Leases leases;
  Manager manager;
};

class ManagedWorld {
 public:
  explicit ManagedWorld(fake::Host host = {}) : kernel(std::move(host)) { start(); }

  void start(bool tree_is_new = false) {
    daemon = std::make_unique<Daemon>(kernel, directory, time, boot, policy);
    if (prepare) prepare(*daemon);
    if (auto ok = daemon->manager.prepare_root(1); !ok) throw std::runtime_error(ok.error().text());
    if (auto ok = daemon->transactions.recover(); !ok) throw std::runtime_error(ok.error().text());
    daemon->reconciler.start(tree_is_new);
    daemon->leases.rearm();
  }
  void die() { daemon.reset(); }

  /// From now on nothing can be recorded: somebody has renamed a table.
  void break_store(const std::string& table = "entry") { alter_store("ALTER TABLE " + table + " RENAME TO hidden"); }
  void mend_store(const std::string& table = "entry") { alter_store("ALTER TABLE hidden RENAME TO " + table); }

  Result<Values> create(std::string_view name, std::string_view limits = {}, const CreateOptions& options = {}) {
    Result<Outcome> answer;
    daemon->manager.create(path(name), changes(limits), options, {},
                           [&](const Result<Outcome>& done) { answer = done; });
    return in_force(answer, name);
  }
  Result<Values> set(std::string_view name, std::string_view limits, const SetOptions& options = {}) {
    Result<Outcome> answer;
    daemon->manager.set_limits(path(name), changes(limits), options, {},
                               [&](const Result<Outcome>& done) { answer = done; });
    return in_force(answer, name);
  }
  Result<Values> unset(std::string_view name, std::string_view file) {
    Result<Outcome> answer;
    daemon->manager.unset(path(name), {find_limit(file)}, {}, [&](const Result<Outcome>& done) { answer = done; });
    return in_force(answer, name);
  }
  static Result<Values> in_force(const Result<Outcome>& done, std::string_view name) {
    return done.map([&](const Outcome& outcome) { return outcome.in_force_of(path(name)); });
  }
  Result<void> remove(std::string_view name) {
    Result<void> answer;
    daemon->manager.remove(path(name), false, {}, [&](Result<void> done) { answer = std::move(done); });
    return answer;
  }
  Result<Outcome> apply(const DeclaredCgroups& cgroups, const ApplyOptions& options = {}) {
    Result<Outcome> answer;
    daemon->manager.apply(cgroups, options, {}, [&](Result<Outcome> done) { answer = std::move(done); });
    return answer;
  }
  Result<Outcome> undo(std::uint64_t id) {
    Result<Outcome> answer;
    daemon->manager.undo(id, {}, {}, [&](Result<Outcome> done) { answer = std::move(done); });
    return answer;
  }
  std::vector<HistoryEntry> history() { return daemon->manager.history({}, 1000).value().entries; }

  /// Somebody else writes, and the daemon hears of it.
  void other_writes(std::string_view name, std::string_view file, std::string_view value) {
    kernel.write_as_other(path(name), file, value);
    daemon->reconciler.changed({{.kind = TreeEvent::Kind::written, .cgroup = path(name), .file = std::string(file)}});
  }

  std::string text(std::string_view name, std::string_view file) { return kernel.text_of(path(name), file); }
  bool heard(std::string_view line) const { return daemon->events.heard(line); }

  FakeKernel kernel;
  TemporaryDirectory directory;
  FakeTime time;
  std::string boot = "boot-1";
  DriftPolicy policy = DriftPolicy::repair;
  std::function<void(Daemon&)> prepare;  ///< before anything is made true
  std::unique_ptr<Daemon> daemon;

 private:
  void alter_store(const std::string& sql) const {
    const auto database = Database::open(directory.path() + "/state.db");
    if (!database || !(*database)->run(sql.c_str())) throw std::runtime_error("the store cannot be altered");
  }
};

inline DeclaredCgroup declared(std::string_view name, std::string_view limits) {
  return {.name = path(name), .limits = changes(limits)};
}

}  // namespace cgroupd
