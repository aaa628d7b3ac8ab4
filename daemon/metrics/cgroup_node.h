// A cgroup as a page shows it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cgroupfs/tree_reader.h"
#include "model/cgroup_path.h"
#include "runtimes/container.h"

namespace cgroupd {

struct CgroupNode {
  CgroupPath path;                             ///< what it is called: beneath its root, or "podman:web"
  std::string place;                           ///< where it is in the hierarchy: "/user.slice/…/web"
  std::string label;                           ///< `cgroup="web"`, after `root="dev"` where there are several roots
  std::string info;                            ///< the labels of the info series; whoever shows it fills it in
  std::shared_ptr<const Container> container;  ///< null: none, or not known
  std::string mark;                            ///< what its user's daemon left with it, as it was read
  bool is_ours = true;                         ///< the core's facts are about it, if there are any for its path
  std::unique_ptr<CgroupReader> reader;
  std::string subtree_control;
  std::map<std::string, std::unique_ptr<CgroupNode>> children;
};

/// Takes over what the daemon of the cgroup's user left with it (runtimes/mark.h).
void read_mark(CgroupNode& cgroup);

}  // namespace cgroupd
