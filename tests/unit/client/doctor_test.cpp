// What cgctl doctor makes of what it saw.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "client/doctor/findings.h"
#include "client/doctor/report.h"
#include "client/doctor/sockets.h"

namespace cgroupd::client {
namespace {

using testing::HasSubstr;

const std::vector<std::string> everything = {"cpu", "cpuset", "io", "memory", "pids"};

// A host on which nothing is wrong: each test spoils one thing.
struct ADoctor : testing::Test {
  ADoctor() {
    facts.user = "dev";
    facts.uid = 1000;
    facts.kernel = "6.1.0-56-cloud-amd64";
    for (const auto& name : everything) facts.controllers.push_back({.name = name, .on_v1 = false, .enabled = true});
    facts.mount_point = "/sys/fs/cgroup";
    facts.mount_options = "rw,nsdelegate";
    facts.booted_with_systemd = true;
    facts.lingers = true;
    facts.runtime_directory = "/run/user/1000";
    facts.runtime_directory_usable = true;
    facts.bus.running = true;
    facts.bus.version = "1.2.3";
    facts.bus.uid = 1000;
    facts.bus.systemd_version = "252.39-1~deb12u2";
    facts.bus.features = {"landlock"};
    std::string path = "/sys/fs/cgroup";
    for (const std::string part :
         {"", "/user.slice", "/user-1000.slice", "/user@1000.service", "/app.slice", "/cgroupd-tree.service"}) {
      path += part;
      facts.levels.push_back({.path = path, .controllers = everything, .subtree_control = everything});
    }
    facts.delegated_root_found = true;
    facts.may_write_root = true;
    facts.metrics.wanted = "127.0.0.1:9753";
    facts.metrics.served = {"127.0.0.1:9753"};
    facts.metrics.socket = "/run/user/1000/cgroupd/metrics.sock";
    facts.metrics.socket_answers = true;
    facts.sandbox = Sandbox{.cap_eff = "0000000000000000", .no_new_privileges = true, .seccomp = true};
  }

  Finding about(std::string_view check) {
    const auto findings = judge(facts);
    const auto at = std::ranges::find(findings, check, &Finding::check);
    EXPECT_NE(at, findings.end()) << check;
    return at == findings.end() ? Finding{} : *at;
  }

  void lacks_from(std::size_t level, const std::string& controller) {
    for (std::size_t i = level; i < facts.levels.size(); ++i) std::erase(facts.levels[i].controllers, controller);
    for (std::size_t i = level == 0 ? 0 : level - 1; i < facts.levels.size(); ++i)
      std::erase(facts.levels[i].subtree_control, controller);
  }

  HostFacts facts;
};

TEST_F(ADoctor, FindsNothingWrongOnAHealthyHost) {
  const auto findings = judge(facts);
  for (const auto& finding : findings) EXPECT_TRUE(finding.ok) << finding.check << ": " << finding.says;
  EXPECT_TRUE(all_is_fine(findings));
}

TEST_F(ADoctor, SaysThatAControllerEndsAtTheUserManagerAndWhichDropInMendsIt) {
  // As Debian 12 delegates: systemd does not even switch cpuset on above.
  lacks_from(1, "cpuset");
  const auto finding = about("controller cpuset");
  EXPECT_FALSE(finding.ok);
  EXPECT_TRUE(finding.needs_root);
  EXPECT_THAT(finding.says, HasSubstr("ends at user@1000.service, which has only: cpu io memory pids"));
  EXPECT_THAT(finding.mend, HasSubstr("/etc/systemd/system/user@.service.d/delegate.conf"));
  EXPECT_TRUE(about("controller memory").ok);
}

TEST_F(ADoctor, NamesTheLevelAtWhichAControllerEndsWithoutAUserManager) {
  for (auto& level : facts.levels) level.path = "/sys/fs/cgroup/a/b" + level.path.substr(14);
  facts.levels[0].path = "/sys/fs/cgroup";
  facts.levels[1].path = "/sys/fs/cgroup/lxc";
  facts.levels[2].path = "/sys/fs/cgroup/lxc/one";
  facts.levels.resize(3);
  lacks_from(2, "io");
  const auto finding = about("controller io");
  EXPECT_THAT(finding.says, HasSubstr("ends at /sys/fs/cgroup/lxc,"));
  EXPECT_EQ(finding.mend, "echo +io >/sys/fs/cgroup/lxc/cgroup.subtree_control");
}

TEST_F(ADoctor, TellsAKernelThatLacksAControllerFromOneThatHasItOnV1) {
  lacks_from(0, "memory");
  facts.controllers[3].on_v1 = true;
  EXPECT_THAT(about("controller memory").says, HasSubstr("bound to cgroup v1"));
  facts.controllers[3] = {.name = "memory", .on_v1 = false, .enabled = false};
  EXPECT_THAT(about("controller memory").says, HasSubstr("switched off at boot"));
  std::erase_if(facts.controllers, [](const auto& row) { return row.name == "memory"; });
  EXPECT_THAT(about("controller memory").says, HasSubstr("built without memory"));
}

TEST_F(ADoctor, TellsAContainerThatGetsNoController) {
  lacks_from(0, "pids");
  EXPECT_THAT(about("controller pids").says, HasSubstr("topmost cgroup seen from here"));
}

TEST_F(ADoctor, GoesOnWithoutADaemonAndSaysHowToStartIt) {
  facts.bus.running = false;
  facts.sandbox.reset();
  facts.metrics.served.clear();
  const auto finding = about("cgroupd");
  EXPECT_FALSE(finding.ok);
  EXPECT_FALSE(finding.needs_root);
  EXPECT_EQ(finding.mend, "systemctl --user start cgroupd");
  facts.system = true;
  EXPECT_EQ(about("cgroupd").mend, "systemctl start cgroupd");
  EXPECT_TRUE(about("cgroupd").needs_root);
}

TEST_F(ADoctor, GoesOnWithoutABus) {
  facts.bus = {};
  facts.bus.error = "No medium found";
  facts.delegated_root_found = false;
  facts.levels.resize(4);
  EXPECT_THAT(about("bus").says, HasSubstr("No medium found"));
  EXPECT_TRUE(about("controller cpu").ok);
}

TEST_F(ADoctor, MindsTheEndOfTheSession) {
  facts.lingers = false;
  EXPECT_EQ(about("linger").mend, "loginctl enable-linger dev");
  EXPECT_TRUE(about("linger").needs_root);
}

TEST_F(ADoctor, SaysWhoseThePortIs) {
  facts.metrics.served.clear();
  facts.metrics.holder = 1001;
  EXPECT_THAT(about("metrics").says, HasSubstr("127.0.0.1:9753 is taken by a program of uid 1001"));
  EXPECT_THAT(about("metrics").mend, HasSubstr("listen = 127.0.0.1:0"));
  facts.metrics.holder.reset();
  EXPECT_THAT(about("metrics").says, HasSubstr("nobody listens"));
  facts.metrics.served = {"127.0.0.1:34567"};
  EXPECT_EQ(about("metrics").says, "http://127.0.0.1:34567/metrics");
}

TEST_F(ADoctor, SeesAMissingSandbox) {
  facts.sandbox->seccomp = false;
  EXPECT_FALSE(about("sandbox").ok);
  facts.sandbox = Sandbox{.cap_eff = "000001ffffffffff", .no_new_privileges = false, .seccomp = true};
  EXPECT_THAT(about("sandbox").says, HasSubstr("capabilities 000001ffffffffff"));
  EXPECT_FALSE(about("sandbox").ok);
}

TEST_F(ADoctor, KnowsThatRootlessCgroupfsDriversLimitNothing) {
  facts.runtimes = {{.name = "podman", .path = "/usr/bin/podman", .drives = "cgroupfs"},
                    {.name = "crun", .path = "/usr/bin/crun", .drives = ""}};
  EXPECT_FALSE(about("podman").ok);
  EXPECT_THAT(about("podman").mend, HasSubstr("containers.conf"));
  EXPECT_TRUE(about("crun").ok);
  facts.system = true;
  EXPECT_TRUE(about("podman").ok);
}

TEST_F(ADoctor, ShowsEveryFaultOfTheConfiguration) {
  facts.config_faults = {"a.conf:3: unknown key 'x'", "a.conf:9: 'y' is no size"};
  const auto findings = judge(facts);
  EXPECT_EQ(std::ranges::count(findings, std::string("configuration"), &Finding::check), 2);
}

TEST_F(ADoctor, WantsAKernelWithCloneIntoCgroup) {
  for (const std::string good : {"5.14.0", "5.15.0-8", "6.18", "10.0"}) {
    facts.kernel = good;
    EXPECT_TRUE(about("kernel").ok) << good;
  }
  for (const std::string old : {"5.6.19", "4.19.0-27", "3.10", ""}) {
    facts.kernel = old;
    EXPECT_FALSE(about("kernel").ok) << old;
  }
}

TEST_F(ADoctor, ReportsInJsonWithTheMendingOnlyWhereItIsNeeded) {
  lacks_from(1, "cpuset");
  const auto json = nlohmann::json::parse(doctor_json(judge(facts), facts));
  EXPECT_FALSE(json["ok"].get<bool>());
  EXPECT_EQ(json["levels"].size(), 6U);
  for (const auto& finding : json["findings"]) {
    EXPECT_EQ(finding.contains("mend"), !finding["ok"].get<bool>());
    EXPECT_EQ(finding.contains("needs_root"), !finding["ok"].get<bool>());
  }
}

TEST_F(ADoctor, MarksWhatNeedsRoot) {
  lacks_from(1, "cpuset");
  const std::string text = doctor_view(judge(facts), {});
  EXPECT_THAT(text, HasSubstr("wrong  controller cpuset"));
  EXPECT_THAT(text, HasSubstr("mend, as root: mkdir -p /etc/systemd/system/user@.service.d"));
}

TEST(TcpListeners, AreReadFromTheKernelsTables) {
  const auto four = tcp_listeners(
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 0100007F:2619 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100\n"
      "   1: 0100007F:2620 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0 100\n"
      "   2: broken\n",
      false);
  ASSERT_EQ(four.size(), 1U);
  EXPECT_EQ(four[0].address, "127.0.0.1:9753");
  EXPECT_EQ(four[0].uid, 1000U);
  EXPECT_EQ(four[0].inode, "4711");
  const auto six = tcp_listeners(
      "   0: 00000000000000000000000001000000:2619 00000000000000000000000000000000:0000 0A 00000000:00000000 "
      "00:00000000 00000000     0        0 4713 1\n",
      true);
  ASSERT_EQ(six.size(), 1U);
  EXPECT_EQ(six[0].address, "[::1]:9753");
}

}  // namespace
}  // namespace cgroupd::client
