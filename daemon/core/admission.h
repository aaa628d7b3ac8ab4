// What may be in force at all, whoever asks: ceilings, budgets, protections that can be kept and places that there are.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cgroupfs/kernel.h"
#include "core/transactions.h"
#include "model/budget.h"

namespace cgroupd {

/// Asked by Transactions when a change is ready to be planned. A cgroup's owner is who made it; what it counts against
/// is the owner's budget, also when root changes it.
class Admission final : public Gate {
 public:
  struct Rules {
    Values ceilings = {};              ///< no cgroup above them
    std::vector<Budget> budgets = {};  ///< a user's own comes before its groups'
  };
  /// Who a user is, in a budget's words.
  struct People {
    std::function<std::string(std::uint32_t uid)> name_of;
    std::function<std::vector<std::string>(std::uint32_t uid)> groups_of;
    /// Who last made a cgroup of this name, for one that is made again after a reboot; none: nobody known.
    std::function<std::optional<std::uint32_t>(const CgroupPath&)> maker_of;
  };

  /// `kernel` must outlive this object. `self`: the daemon's own uid, whose cgroups have no owner.
  Admission(Kernel& kernel, Rules rules, People people, std::uint32_t self);

  /// What is desired of a cgroup: what its leases give way to counts against budgets, too.
  using DesiredOf = std::function<const DesiredCgroup&(const CgroupPath&)>;
  void count_what_comes_back(DesiredOf desired_of) { desired_of_ = std::move(desired_of); }

  /// From now on; what is in force stays, and may only become less where it is too much.
  void set_rules(Rules rules);

  bool has_budget(std::uint32_t uid) { return budget_of(uid) != nullptr; }

  Result<void> admit(Work& work, const std::vector<CgroupPath>& missing, const void* key) override;
  void made(const std::vector<CgroupPath>& levels, const Work& work) override;
  void ended(const void* key) override;

 private:
  const Budget* budget_of(std::uint32_t uid);
  std::optional<std::uint32_t> owner_in(const Work& work, const CgroupPath& cgroup, bool is_new) const;
  Amounts in_force(const CgroupPath& cgroup) const;
  std::vector<Claim> claims_of(const Budget& budget);
  Result<void> check_ceilings(const Work& work) const;
  Result<void> check_budgets(const Work& work, const std::vector<CgroupPath>& missing);
  std::uint64_t most_in_turn(const CgroupPath& cgroup, const Limit& limit, const Part* part) const;
  std::optional<IdList> places_above(const CgroupPath& cgroup, const Limit& limit, const Work& work) const;
  bool is_news(const Part& part, const Limit& limit, const Value& value) const;
  Result<void> check_places(const Work& work) const;
  Result<void> check_protections(const Work& work) const;

  Kernel& kernel_;
  Rules rules_;
  People people_;
  std::uint32_t self_;
  DesiredOf desired_of_;
  std::map<std::uint32_t, const Budget*> known_;
  std::map<const void*, std::vector<Claim>> under_way_;  ///< the most that a change on its way holds
};

}  // namespace cgroupd
