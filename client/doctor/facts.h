// What cgctl doctor saw of this host, before anybody judges it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace cgroupd::client {

/// A row of /proc/cgroups.
struct KernelController {
  std::string name;      ///< as cgroup v2 says it ("io", not "blkio")
  bool on_v1 = false;    ///< a cgroup v1 hierarchy has it
  bool enabled = false;  ///< not switched off by cgroup_disable=
};

/// A cgroup on the way from the hierarchy's root down.
struct Level {
  std::string path;
  std::vector<std::string> controllers;      ///< cgroup.controllers
  std::vector<std::string> subtree_control;  ///< cgroup.subtree_control
};

/// What the bus and those on it say; nobody is started by asking.
struct BusFacts {
  std::string error;                   ///< why there is no connection; empty when there is one
  bool running = false;                ///< somebody owns org.cgroupd1
  bool activatable = false;            ///< the bus would start it
  std::optional<std::string> refused;  ///< it is there, but does not talk to us: why
  std::string version;                 ///< of the daemon
  std::string delegated_root;
  std::vector<std::string> features;
  pid_t pid = 0;  ///< the daemon's; 0 when not known
  uid_t uid = 0;
  std::string systemd_version;  ///< of the manager on this bus; empty: none there
  std::string unit_state;       ///< ActiveState of cgroupd.service; empty: not known
  std::string tree_group;       ///< cgroup of cgroupd-tree.service, from the hierarchy's root; empty: not running
};

/// What /proc/PID/status says of the daemon.
struct Sandbox {
  std::string cap_eff;
  bool no_new_privileges = false;
  bool seccomp = false;
};

struct MetricsFacts {
  std::optional<std::string> wanted;   ///< "127.0.0.1:9753" as configured; none: switched off
  std::optional<uid_t> holder;         ///< who listens on that port; none: nobody, or not known
  std::vector<std::string> served;     ///< TCP addresses the daemon listens on, when we may see that
  std::optional<std::string> socket;   ///< path of the unix socket as configured
  std::optional<bool> socket_answers;  ///< none: not for us to open
};

struct Runtime {
  std::string name;    ///< "podman"
  std::string path;    ///< of the program
  std::string drives;  ///< "systemd" or "cgroupfs": how it makes cgroups
};

struct HostFacts {
  bool system = false;  ///< asked about the system's daemon, not the user's
  std::string user;
  uid_t uid = 0;
  std::string kernel;  ///< release, as uname has it
  std::vector<KernelController> controllers;
  std::optional<std::string> mount_point;  ///< of cgroup2
  std::string mount_options;
  bool booted_with_systemd = false;
  std::optional<bool> lingers;  ///< none: no logind to ask
  std::optional<std::string> runtime_directory;
  bool runtime_directory_usable = false;
  BusFacts bus;
  std::vector<Level> levels;          ///< root first, the delegated root last
  bool delegated_root_found = false;  ///< false: levels end where it would be
  bool may_write_root = false;        ///< the daemon's user owns it
  std::string config_file;
  bool configured = false;  ///< it, or a drop-in, is there
  std::vector<std::string> config_faults;
  MetricsFacts metrics;
  std::optional<Sandbox> sandbox;
  std::vector<Runtime> runtimes;
};

}  // namespace cgroupd::client
