// Who may do what: asked before every method of the bus interface.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "core/ownership.h"
#include "model/cgroup_path.h"
#include "model/result.h"

namespace cgroupd {

/// What polkit grants; the id of each is "org.cgroupd1." + action_name().
enum class Action {
  inspect,     ///< look
  create,      ///< make and remove cgroups
  set_limits,  ///< change limits
  control,     ///< freeze, thaw, kill, move processes in
  adopt,       ///< take over what others made
  administer,  ///< everything about the daemon itself
};

std::string_view action_name(Action action);

/// The action a method of org.cgroupd1.Manager needs; one that is not in the table needs administer.
Action action_of_method(std::string_view method);

struct Question {
  std::string method;
  std::string sender;                    ///< unique bus name
  bool interactive = false;              ///< the caller is ready to be asked for a password
  std::vector<CgroupPath> cgroups = {};  ///< that the call names
  std::vector<pid_t> pids = {};          ///< to be moved; 0 stands for one that is not known
  bool beyond_named = false;             ///< it may change cgroups that it does not name
};

/// polkit, or what stands in for it.
class Polkit {
 public:
  /// true: granted. An error means that polkit could not be asked.
  using Done = std::function<void(Result<bool>)>;

  Polkit() = default;
  Polkit(const Polkit&) = delete;
  Polkit& operator=(const Polkit&) = delete;
  Polkit(Polkit&&) = delete;
  Polkit& operator=(Polkit&&) = delete;
  virtual ~Polkit() = default;

  /// Whether the process behind `sender` may do `action_id`. Never blocks; `done` runs in the event loop.
  virtual void check(const std::string& sender, const std::string& action_id, bool interactive, Done done) = 0;
};

/// On a user's bus: that user and nobody else. On the system's: root, what polkit grants, and those with a budget for
/// what they made (and new cgroups of their own; how much is the admission's business, not ours).
class Authorizer {
 public:
  struct World {
    std::function<Result<std::uint32_t>(const std::string& sender)> uid_of;
    std::function<bool(const CgroupPath&)> exists;
    std::function<std::optional<std::uint32_t>(const CgroupPath&)> owner_of;  ///< who made it
    std::function<bool(std::uint32_t uid)> has_budget;
    std::function<Standing(std::uint32_t uid, const std::vector<pid_t>& pids)> standing_of;
    std::function<std::string(std::uint32_t uid)> name_of;
  };
  using Answer = std::function<void(Result<void>)>;

  /// On the bus of the user `uid`.
  Authorizer(World world, std::uint32_t uid) : world_(std::move(world)), only_(uid) {}
  /// On the system bus. `polkit` must outlive this object.
  Authorizer(World world, Polkit& polkit) : world_(std::move(world)), polkit_(&polkit) {}

  /// Whether nothing of a question counts but who asks it: then the rest need not be found out.
  bool looks_at_caller_alone() const { return only_.has_value(); }
  /// What ask() answers then.
  Result<void> judge_caller(const std::string& sender) const;

  /// Answers at once where that is possible, else when polkit has answered. not_authorized says who may.
  void ask(const Question& question, Answer answer);

 private:
  static constexpr std::size_t most_waiting = 64;
  static constexpr std::size_t most_waiting_of_one = 16;

  Result<std::uint32_t> uid_of(const std::string& sender) const;
  Action action_of(std::uint32_t uid, const Question& question) const;
  bool owns_all(std::uint32_t uid, const Question& question) const;
  bool owns(std::uint32_t uid, const CgroupPath& cgroup, bool may_be_new) const;
  Error refusal(std::uint32_t uid, Action action, const Question& question) const;

  World world_;
  std::optional<std::uint32_t> only_;
  Polkit* polkit_ = nullptr;
  std::size_t waiting_ = 0;
  std::map<std::uint32_t, std::size_t> waiting_of_;
};

}  // namespace cgroupd
