// One function a check.
#include "client/doctor/findings.h"

#include <algorithm>
#include <utility>

#include "model/version.h"

namespace cgroupd::client {
namespace {

Finding fine(std::string check, std::string says) {
  return {.check = std::move(check), .says = std::move(says)};
}

Finding wrong(std::string check, std::string says, std::string mend, bool needs_root) {
  return {.check = std::move(check),
          .ok = false,
          .says = std::move(says),
          .mend = std::move(mend),
          .needs_root = needs_root};
}

std::string systemctl(const HostFacts& facts) {
  return facts.system ? "systemctl" : "systemctl --user";
}

Finding kernel(const HostFacts& facts) {
  constexpr std::pair<unsigned, unsigned> oldest = {5, 14};  // cgroup.kill; CLONE_INTO_CGROUP is 5.7, openat2 5.6
  if (version_of(facts.kernel) >= oldest) return fine("kernel", "Linux " + facts.kernel);
  return wrong("kernel", "Linux " + facts.kernel + " is older than 5.14", "boot a newer kernel", true);
}

Finding mount(const HostFacts& facts) {
  if (!facts.mount_point) {
    return wrong("cgroup2", "no cgroup2 hierarchy is mounted",
                 "boot with systemd.unified_cgroup_hierarchy=1, or: mount -t cgroup2 none /sys/fs/cgroup", true);
  }
  return fine("cgroup2", *facts.mount_point + " (" + facts.mount_options + ")");
}

void systemd(const HostFacts& facts, std::vector<Finding>& findings) {
  if (!facts.booted_with_systemd) return findings.push_back(fine("systemd", "none; cgroupd does without"));
  if (!facts.bus.error.empty()) return;  // said by the bus
  if (facts.bus.systemd_version.empty()) {
    return findings.push_back(
        wrong("systemd", "PID 1 is systemd, but no service manager answers on this bus",
              facts.system ? "systemctl status dbus" : "systemctl start user@" + std::to_string(facts.uid), true));
  }
  constexpr unsigned oldest = 244;  // the first that delegates cpuset
  if (version_of(facts.bus.systemd_version).first >= oldest)
    return findings.push_back(fine("systemd", facts.bus.systemd_version));
  findings.push_back(
      wrong("systemd", facts.bus.systemd_version + " cannot delegate cpuset; 244 can", "upgrade systemd", true));
}

void session(const HostFacts& facts, std::vector<Finding>& findings) {
  if (facts.system) return;
  if (!facts.runtime_directory) {
    findings.push_back(wrong("XDG_RUNTIME_DIR", "not set: this is no login session (su and sudo make none)",
                             "export XDG_RUNTIME_DIR=/run/user/" + std::to_string(facts.uid), false));
  } else if (!facts.runtime_directory_usable) {
    findings.push_back(wrong("XDG_RUNTIME_DIR", *facts.runtime_directory + " is not a directory of " + facts.user,
                             "loginctl enable-linger " + facts.user, true));
  } else {
    findings.push_back(fine("XDG_RUNTIME_DIR", *facts.runtime_directory));
  }
  if (facts.lingers && !*facts.lingers) {
    findings.push_back(wrong("linger", "off: everything ends when " + facts.user + " logs out",
                             "loginctl enable-linger " + facts.user, true));
  } else if (facts.lingers) {
    findings.push_back(fine("linger", "on: nothing ends when " + facts.user + " logs out"));
  }
}

Finding bus(const HostFacts& facts) {
  const std::string which = facts.system ? "the system bus" : "the user's bus";
  if (facts.bus.error.empty()) return fine("bus", which + " answers");
  return wrong("bus", which + " cannot be reached: " + facts.bus.error,
               facts.system ? "systemctl start dbus" : "apt-get install dbus-user-session, then log in anew", true);
}

void daemon(const HostFacts& facts, std::vector<Finding>& findings) {
  if (!facts.bus.error.empty()) return;
  if (facts.bus.refused) {
    return findings.push_back(
        wrong("cgroupd", "it runs, but does not answer " + facts.user + ": " + *facts.bus.refused, "", true));
  }
  if (facts.bus.running) return findings.push_back(fine("cgroupd", facts.bus.version + " runs"));
  const bool with_unit = !facts.bus.systemd_version.empty();
  if (facts.bus.unit_state == "failed") {
    return findings.push_back(wrong("cgroupd", "its unit failed",
                                    systemctl(facts) + " restart cgroupd; " + systemctl(facts) + " status cgroupd",
                                    facts.system));
  }
  const std::string start = with_unit ? systemctl(facts) + " start cgroupd" : "cgroupd --root DIR";
  findings.push_back(wrong("cgroupd",
                           facts.bus.activatable ? "not running (it starts when it is asked something)" : "not running",
                           start, facts.system));
}

void configuration(const HostFacts& facts, std::vector<Finding>& findings) {
  if (facts.config_faults.empty()) {
    return findings.push_back(
        fine("configuration", facts.configured ? facts.config_file : "defaults: there is no " + facts.config_file));
  }
  for (const auto& fault : facts.config_faults)
    findings.push_back(wrong("configuration", fault, "edit " + facts.config_file, facts.system));
}

void delegation(const HostFacts& facts, std::vector<Finding>& findings) {
  if (facts.levels.empty()) return;
  const std::string& root = facts.levels.back().path;
  if (!facts.delegated_root_found) {
    findings.push_back(wrong("delegated root", "none yet; looked as far as " + root,
                             facts.bus.systemd_version.empty()
                                 ? "mkdir " + root + "/cgroupd && chown -R " + facts.user + " " + root + "/cgroupd"
                                 : systemctl(facts) + " start cgroupd-tree",
                             facts.system || facts.bus.systemd_version.empty()));
  } else if (!facts.may_write_root) {
    findings.push_back(wrong("delegated root", root + " does not belong to the daemon's user",
                             "chown -R " + facts.user + " " + root, true));
  } else {
    findings.push_back(fine("delegated root", root));
  }
  for (const std::string_view controller : {"cpu", "cpuset", "io", "memory", "pids"})
    findings.push_back(judge_controller(facts, controller));
}

void metrics(const HostFacts& facts, std::vector<Finding>& findings) {
  const auto& seen = facts.metrics;
  for (const auto& address : seen.served) findings.push_back(fine("metrics", "http://" + address + "/metrics"));
  if (seen.socket && seen.socket_answers && facts.bus.running) {
    findings.push_back(*seen.socket_answers ? fine("metrics socket", *seen.socket)
                                            : wrong("metrics socket", *seen.socket + " does not answer",
                                                    systemctl(facts) + " restart cgroupd", facts.system));
  }
  if (!seen.wanted || !seen.served.empty()) return;
  const bool ours = seen.holder && (*seen.holder == facts.bus.uid || *seen.holder == 0 || *seen.holder == facts.uid);
  if (facts.bus.running && ours) return findings.push_back(fine("metrics", "http://" + *seen.wanted + "/metrics"));
  if (seen.holder) {
    return findings.push_back(wrong("metrics",
                                    *seen.wanted + " is taken by a program of uid " + std::to_string(*seen.holder),
                                    "write 'listen = 127.0.0.1:0' under [metrics] in " + facts.config_file +
                                        ", then: " + systemctl(facts) + " restart cgroupd",
                                    facts.system));
  }
  if (facts.bus.running)
    findings.push_back(
        wrong("metrics", "nobody listens on " + *seen.wanted,
              systemctl(facts) + (facts.system ? " restart cgroupd-metrics.socket cgroupd" : " restart cgroupd"),
              facts.system));
}

void sandbox(const HostFacts& facts, std::vector<Finding>& findings) {
  if (!facts.sandbox) return;
  const bool no_capability = facts.sandbox->cap_eff.find_first_not_of('0') == std::string::npos;
  const bool landlock = std::ranges::find(facts.bus.features, "landlock") != facts.bus.features.end();
  std::string says = no_capability ? "no capability" : "capabilities " + facts.sandbox->cap_eff;
  says += facts.sandbox->no_new_privileges ? ", no new privileges" : "";
  says += facts.sandbox->seccomp ? ", system call filter" : ", no system call filter";
  says += landlock ? ", Landlock" : ", no Landlock";
  if (no_capability && (facts.sandbox->seccomp || !facts.booted_with_systemd))
    return findings.push_back(fine("sandbox", says));
  findings.push_back(
      wrong("sandbox", says, "start it by its unit: " + systemctl(facts) + " restart cgroupd", facts.system));
}

void runtimes(const HostFacts& facts, std::vector<Finding>& findings) {
  for (const auto& runtime : facts.runtimes) {
    const std::string says = runtime.path + (runtime.drives.empty() ? "" : ", cgroup driver " + runtime.drives);
    // Without root and with this driver nothing is limited: there is no cgroup the runtime may write to.
    if (runtime.drives == "cgroupfs" && !facts.system && facts.booted_with_systemd) {
      findings.push_back(
          wrong(runtime.name, says + ": without root its limits have no effect",
                runtime.name == "docker"
                    ? R"(set "exec-opts": ["native.cgroupdriver=systemd"] in ~/.config/docker/daemon.json)"
                    : "set cgroup_manager = \"systemd\" under [engine] in "
                      "~/.config/containers/containers.conf",
                false));
      continue;
    }
    findings.push_back(fine(runtime.name, says));
  }
}

}  // namespace

std::vector<Finding> judge(const HostFacts& facts) {
  std::vector<Finding> findings = {kernel(facts), mount(facts)};
  session(facts, findings);
  findings.push_back(bus(facts));
  systemd(facts, findings);
  daemon(facts, findings);
  configuration(facts, findings);
  delegation(facts, findings);
  metrics(facts, findings);
  sandbox(facts, findings);
  runtimes(facts, findings);
  return findings;
}

bool all_is_fine(const std::vector<Finding>& findings) {
  return std::ranges::all_of(findings, &Finding::ok);
}

}  // namespace cgroupd::client
