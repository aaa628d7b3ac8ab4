// Leaves what we know with our user's cgroups, for the system's daemon to show: it can read neither his files nor ask
// us.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "model/cgroup_path.h"
#include "model/desired.h"
#include "runtimes/catalog.h"
#include "runtimes/directory_watch.h"

namespace cgroupd {

/// Marks (runtimes/mark.h) the cgroups of containers, wherever they are, and those of ours with a drift policy.
/// Belongs to the thread of the event loop. Hears of containers by inotify: nobody wakes up when there is nothing new.
class ContainerMarks {
 public:
  /// `mount_point`: of the hierarchy; `root`: the delegated root in it ("/user.slice/…").
  ContainerMarks(RuntimePlaces places, std::string mount_point, std::string root);

  /// Readable when containers may have changed: then call changed().
  int fd() const { return watch_.fd(); }
  void changed();

  /// What is desired of one of our cgroups from now on.
  void desired_changed(const CgroupPath& cgroup, const DesiredCgroup& desired);

 private:
  void mark(const std::string& place);

  Catalog catalog_;
  DirectoryWatch watch_;
  std::string mount_point_;
  std::string root_;
  std::map<std::string, std::string> policies_;  // by place in the hierarchy
  std::map<std::string, std::string> marked_;    // with what
};

}  // namespace cgroupd
