// Changes of any number of cgroups, whole or not at all: planned, noted, written, recorded, and only then acknowledged.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cgroupfs/kernel.h"
#include "core/events.h"
#include "core/time.h"
#include "core/waiting_room.h"
#include "core/work.h"
#include "core/worker.h"
#include "model/desired.h"
#include "model/history.h"
#include "store/intents.h"
#include "store/store.h"

namespace cgroupd {

/// Who may say no to a change before anything is written.
class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  Gate(Gate&&) = delete;
  Gate& operator=(Gate&&) = delete;
  virtual ~Gate() = default;

  /// May complete what is made (more parts, more limits), or refuse all of it. `missing`: the levels that will be made.
  /// `key` names the change until ended(); none: it is only talked about.
  virtual Result<void> admit(Work& work, const std::vector<CgroupPath>& missing, const void* key) = 0;
  /// These levels were made, and have no limit yet.
  virtual void made(const std::vector<CgroupPath>& levels, const Work& work) = 0;
  /// The change is in force, or everything is as before.
  virtual void ended(const void* key) = 0;
};

struct Outcome {
  std::map<CgroupPath, Values> in_force;  ///< of the limits named
  std::map<CgroupPath, Values> changed;   ///< of those, the ones that were something else before
  std::vector<CgroupPath> made, removed;
  std::vector<SkippedLimit> skipped;  ///< newly asked for, but not in force
  std::vector<std::string> steps;     ///< in the order made, for people, when asked for

  /// Of one cgroup; empty where nothing was named.
  const Values& in_force_of(const CgroupPath& cgroup) const;
};

/// Owns the desired state while the daemon runs. Everything runs in the event loop; what may block goes through
/// Background. Changes to related cgroups (one contains the other) run one after the other, all others side by side.
class Transactions {
 public:
  using Prepare = std::function<Result<Work>()>;
  using Done = std::function<void(const Result<Outcome>&)>;

  /// Where what may block is run.
  struct Backgrounds {
    Background& work;
    Background& patient;  ///< what is given longer than usual, so that it keeps nothing else waiting
    Background& disk;     ///< store.sync() and put(): one thread
  };

  /// All references must outlive this object.
  Transactions(Kernel& kernel, Backgrounds backgrounds, Store& store, Intents& intents, Time& time,
               ManagerEvents& events);

  /// From now on no change is planned that `gate` has not admitted; it must outlive this object.
  void guard_with(Gate& gate) { gate_ = &gate; }

  /// Reads the desired state, and takes back what a daemon that died had left half done. Before anything else.
  Result<void> recover();

  /// Runs `prepare` when nothing related to `cgroups` is under way, then all of the work or nothing of it. `done` is
  /// called when it is in force and recorded, or when everything is as before. `asker`: who has to wait for it.
  void run(std::vector<CgroupPath> cgroups, Prepare prepare, Done done, WaitingRoom::Uid asker = {});

  /// The steps run() would make, in order; changes nothing.
  Result<std::vector<std::string>> describe(const Work& work);

  /// Runs `action` when nothing related to `cgroups` is under way.
  void when_free(std::vector<CgroupPath> cgroups, std::function<void()> action);

  /// So much waits already that nothing more of `asker` should be added: callers must not make the queue grow without
  /// bound, nor keep others out of it.
  bool is_crowded(WaitingRoom::Uid asker) const { return !room_.has_room_for(asker); }

  const DesiredState& desired() const { return desired_; }
  /// Until the next change; an empty one when nothing is desired.
  const DesiredCgroup& desired_of(const CgroupPath& cgroup) const;
  /// From now on `keeps` tells of a cgroup whether what is desired there is put back at the next start, whoever moved
  /// it.
  void kept_by(std::function<bool(const DesiredCgroup&)> keeps) { keeps_ = std::move(keeps); }
  /// Called after a lease came, went or moved.
  void on_leases_changed(std::function<void()> action) { on_leases_changed_ = std::move(action); }
  /// Called after what is desired of a cgroup was recorded as another.
  using DesiredChanged = std::function<void(const CgroupPath&, const DesiredCgroup&)>;
  void on_desired_changed(DesiredChanged action) { on_desired_changed_ = std::move(action); }

  Store& store() { return store_; }

 private:
  struct Waiting {
    std::vector<CgroupPath> cgroups;
    std::function<void()> action;
    WaitingRoom::Uid asker = {};
  };
  struct Running;  // one change under way
  static constexpr std::size_t most_waiting = 1024;

  bool is_free(const std::vector<CgroupPath>& cgroups) const;
  void wait(Waiting waiting);
  void begin(const std::shared_ptr<Running>& running);
  void skip_missing(Work& work);
  Result<void> admit(Work& work, const void* key);
  Result<Plan> plan(const Work& work, bool all_there);
  Result<void> look_at(const Part& part, bool is_there, Target& target);
  bool is_kept(const Plan& plan) const;
  void start(const std::shared_ptr<Running>& running);
  static void bring_into_force(Kernel& kernel, Running& running, const ExecuteOptions& options);
  void executed(const std::shared_ptr<Running>& running);
  void commit(const std::shared_ptr<Running>& running);
  void take_back(const std::shared_ptr<Running>& running, Error why);
  void take_back(const Intent& intent);
  void finish(const std::shared_ptr<Running>& running);
  std::map<CgroupPath, std::vector<const Limit*>> replaced_leases(const Running& running) const;
  bool take_over(Record&& record);
  void end(const std::shared_ptr<Running>& running, const Result<Outcome>& outcome);
  void remember_weights(const Running& running);
  void sync_disk();
  void put_noted();
  void free(const std::vector<CgroupPath>& cgroups);

  Kernel& kernel_;
  Backgrounds background_;
  Store& store_;
  Intents& intents_;
  Time& time_;
  ManagerEvents& events_;
  Gate* gate_ = nullptr;
  DesiredState desired_;
  std::function<bool(const DesiredCgroup&)> keeps_;
  std::function<void()> on_leases_changed_;
  DesiredChanged on_desired_changed_;
  std::multiset<CgroupPath> claimed_;  // by what is under way, and by what waits
  std::list<Waiting> waiting_;
  WaitingRoom room_{most_waiting};
  std::map<CgroupPath, std::uint64_t> weight_before_idle_;
  std::vector<std::shared_ptr<Running>> to_sync_;
  bool syncing_ = false;
  bool putting_ = false;
};

}  // namespace cgroupd
