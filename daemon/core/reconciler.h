// Keeps the kernel at what is desired: compares at the start and whenever something is written, made or removed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cgroupfs/kernel.h"
#include "cgroupfs/watcher.h"
#include "core/events.h"
#include "core/time.h"
#include "core/transactions.h"

namespace cgroupd {

/// What the reconciler has seen and done since the daemon started.
struct DriftCounts {
  std::uint64_t repaired = 0, reported = 0, adopted = 0, fighting = 0, failed = 0;
};

/// Runs in the event loop. Does nothing by itself: changed() wakes it, and an alarm while a repair waits.
class Reconciler {
 public:
  /// All references must outlive it. `uid`: who owns the tree.
  Reconciler(Kernel& kernel, Watches& watches, Transactions& transactions, Time& time, ManagerEvents& events,
             DriftPolicy policy, std::uint32_t uid);

  /// Watches the whole tree, makes again what a new tree has lost (`tree_is_new`: a boot, or a restart of the unit that
  /// holds it), and compares everything.
  void start(bool tree_is_new);

  void changed(const std::vector<TreeEvent>& events);

  /// Compares one cgroup, when nothing is under way there.
  void check(const CgroupPath& cgroup);

  /// Also of what has drifted already.
  void set_policy(DriftPolicy policy);
  DriftPolicy policy_of(const DesiredCgroup& desired) const { return desired.drift.value_or(policy_); }
  const DriftCounts& counts() const { return counts_; }
  /// Some of the tree cannot be watched: what others do there is seen late, by looking again and again. `action` is
  /// told why when that begins, and nothing when it is over.
  void on_blind_spot(std::function<void(const std::string&)> action) { on_blind_spot_ = std::move(action); }
  bool sees_everything() const { return unwatched_.empty(); }

 private:
  using Limits = std::vector<const Limit*>;
  struct Difference {
    const Limit* limit = nullptr;
    Value wanted;
    std::optional<Value> found;  ///< none: the interface file is not there
    bool was_skipped = false;    ///< nobody changed it: it can be had at last
  };
  static constexpr double most_credit = 20;  // one comes back every second
  /// A limit that is changed again and again, or cannot be put back.
  struct Fight {
    double credit = most_credit;  ///< repairs that may be made at once
    bool waited = false;
    bool refused = false;  ///< the last repair was, by the kernel
    std::chrono::microseconds last{}, wait_until{}, delay{};
  };
  struct Suspect {
    std::string writer;
    std::chrono::microseconds until{};  ///< when it has to be looked for again
  };
  using Place = std::pair<CgroupPath, const Limit*>;

  void watch(const CgroupPath& cgroup);
  void look_at_unwatched();
  std::vector<CgroupPath> known() const;
  bool somebody_holds_the_tree();
  void appeared(const CgroupPath& cgroup);
  void vanished(const CgroupPath& cgroup);
  /// How much of what is wanted a cgroup is made again with.
  enum class Share { all, bounds, nothing };
  void remake(const CgroupPath& cgroup, Share share);
  void controllers_written(const CgroupPath& at);
  void check_beneath(const CgroupPath& top);
  void check_limits(const CgroupPath& cgroup, const std::optional<std::set<const Limit*>>& limits,
                    bool is_fresh = false);
  std::vector<Difference> compare(const CgroupPath& cgroup, const std::optional<std::set<const Limit*>>& limits);
  bool is_skipped(const CgroupPath& cgroup, const Limit& limit, const Statement& stands);
  bool rests_while_idle(const CgroupPath& cgroup, const Limit& limit);
  void repair(const CgroupPath& cgroup, const std::vector<Difference>& differences);
  void write(const CgroupPath& cgroup, const std::vector<Difference>& differences);
  void report(const CgroupPath& cgroup, const std::vector<Difference>& differences);
  void adopt(const CgroupPath& cgroup, const std::vector<Difference>& differences);
  bool may_repair(const CgroupPath& cgroup, const Difference& difference);
  void wait(Fight& fight, std::chrono::microseconds least);
  void ring();
  static bool is_reset(const Difference& difference);
  bool controllers_were_switched() const;
  std::string writer_of(const CgroupPath& cgroup, const std::vector<Difference>& differences, bool at_start);
  void tell(const CgroupPath& cgroup, const Difference& difference, DriftAction action, const std::string& writer,
            const std::string& reason = {}, std::optional<std::chrono::microseconds> retry_in = {});

  Kernel& kernel_;
  Transactions& transactions_;
  Watches& watches_;
  Time& time_;
  ManagerEvents& events_;
  DriftPolicy policy_;
  std::uint32_t uid_;
  std::unique_ptr<Alarm> alarm_;
  std::map<Place, Fight> fights_;
  std::map<Place, Suspect> suspects_;
  std::map<Place, std::string> reported_;
  std::set<Place> skipped_;  ///< asked for, to be brought into force once they can be had
  DriftCounts counts_;
  std::set<CgroupPath> unwatched_;
  std::unique_ptr<Alarm> look_again_;
  std::function<void(const std::string&)> on_blind_spot_;
  bool starting_ = false;
  bool is_held_ = false;  ///< by a process that waits in it, at the start
  std::optional<std::chrono::microseconds> controllers_written_;
  std::uint64_t controller_writes_ = 0;
};

}  // namespace cgroupd
