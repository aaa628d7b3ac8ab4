// Moving processes into a cgroup.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "cgroupfs/kernel.h"
#include "core/waiting_room.h"
#include "core/worker.h"
#include "service_manager/service_manager.h"

namespace cgroupd {

/// All references must outlive it.
class Movement {
 public:
  using Done = std::function<void(Result<void>)>;

  /// `service_manager` may be absent (no systemd); `tree_unit` is the unit that holds the delegated root, when systemd
  /// does.
  Movement(Kernel& kernel, Background& background, ServiceManager* service_manager,
           std::optional<std::string> tree_unit)
      : kernel_(kernel), background_(background), service_manager_(service_manager), tree_unit_(std::move(tree_unit)) {}

  /// By ourselves where the common ancestor allows it, else through the service manager. Never ourselves, nor who holds
  /// the tree: frozen or killed they would take everything with them.
  /// One after the other, until one cannot be moved; those before it stay moved. Several requests take turns; when too
  /// many wait: limit_exceeded.
  void attach(const CgroupPath& cgroup, const std::vector<pid_t>& pids, WaitingRoom::Uid asker, Done done);

 private:
  struct Attempt;

  void go_on();
  static void move_some(Kernel& kernel, Attempt& attempt, const std::stop_token& stop);
  void moved(const Attempt& attempt);
  Result<void> check_movable(const std::vector<pid_t>& pids);
  Error attach_refused(const CgroupPath& cgroup, pid_t pid, Error error);

  Kernel& kernel_;
  Background& background_;
  ServiceManager* service_manager_;
  std::optional<std::string> tree_unit_;
  std::deque<std::shared_ptr<Attempt>> attempts_;  ///< the first is under way
  WaitingRoom room_{192};
};

}  // namespace cgroupd
