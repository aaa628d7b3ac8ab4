// cgctl apply, undo and reload: what reaches the daemon, what is said, and that a mistake in a file sends nothing.
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake_manager.h"

namespace cgroupd::client::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CgctlApply : public testing::Test {
 protected:
  CgctlApply() {
    std::string pattern = testing::TempDir() + "cgctl-apply-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
  }
  ~CgctlApply() override {
    std::filesystem::remove_all(directory_);
    if (daemon.input >= 0) ::close(daemon.input);
  }
  CgctlApply(const CgctlApply&) = delete;
  CgctlApply& operator=(const CgctlApply&) = delete;
  CgctlApply(CgctlApply&&) = delete;
  CgctlApply& operator=(CgctlApply&&) = delete;

  std::string file(const std::string& name, const std::string& text) const {
    const auto path = directory_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path;
  }
  void type(const std::string& text) {
    daemon.input = ::memfd_create("input", MFD_CLOEXEC);
    ASSERT_EQ(::write(daemon.input, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ASSERT_EQ(::lseek(daemon.input, 0, SEEK_SET), 0);
  }

  FakeDaemon daemon;
  std::filesystem::path directory_;
};

TEST_F(CgctlApply, SendsWhatTheFilesDeclareInOneCall) {
  const auto first = file("first", "[cgroup web]\nmemory = 512M\nprofile = service\n[cgroup web/db]\n");
  const auto second = file(
      "second", "[cgroup web]\nmemory.max = 1G\n[cgroup batch]\ncpu-idle = yes\ndrift = report\non-missing = skip\n");
  EXPECT_EQ(cgctl(daemon, {"apply", "-f", first, "--file=" + second, "--prune", "--within", "5m"}).status, 0);
  EXPECT_THAT(daemon.asked, ElementsAre("apply prune within 5m; batch drift report on_missing skip cpu.idle=1; "
                                        "web profile service memory.max=1073741824; web/db"));
}

TEST_F(CgctlApply, ReadsADirectoryAndStandardInput) {
  file("d/b.conf", "[cgroup b]\n");
  file("d/a.conf", "[cgroup a]\n");
  file("d/notes.txt", "nonsense");
  type("[cgroup c]\npids-limit = 7\n");
  EXPECT_EQ(cgctl(daemon, {"apply", "-f", directory_ / "d", "-f", "-", "--force"}).status, 0);
  EXPECT_THAT(daemon.asked, ElementsAre("apply force; a; b; c pids.max=7"));
}

TEST_F(CgctlApply, SaysWhatChangedALineEach) {
  daemon.applied = {
      .changed = {{"web", {in_force("memory.max", "536870912"), in_force("pids.max", "200")}}, {"db", {}}},
      .steps = {"web memory.max max -> 536870912", "web pids.max max -> 200", "db: make", "old: remove"}};
  const auto web = file("web.conf", "[cgroup web]\nmemory = 512M\n");
  EXPECT_EQ(cgctl(daemon, {"apply", "-f", web}).out,
            "db: created\nweb: memory.max 512M\nweb: pids.max 200\nold: removed\n");
  EXPECT_EQ(cgctl(daemon, {"-q", "apply", "-f", web}).out, "");
  EXPECT_EQ(cgctl(daemon, {"--json", "apply", "-f", web}).out,
            R"({"changed":[{"name":"web","limits":{"memory.max":536870912,"pids.max":200}},{"name":"db","limits":{}}],)"
            R"("steps":["web memory.max max -> 536870912","web pids.max max -> 200","db: make","old: remove"]})"
            "\n");
}

TEST_F(CgctlApply, SaysSoWhenAllIsTrueAlready) {
  const auto web = file("web.conf", "[cgroup web]\nmemory = 512M\n");
  const auto said = cgctl(daemon, {"apply", "-f", web});
  EXPECT_EQ(said.status, 0);
  EXPECT_EQ(said.out, "nothing to do\n");
  EXPECT_EQ(cgctl(daemon, {"apply", "-f", web, "--plan"}).out, "nothing to do\n");
  EXPECT_EQ(cgctl(daemon, {"apply", "-f", web, "--json"}).out, "{\"changed\":[],\"steps\":[]}\n");
}

TEST_F(CgctlApply, ShowsThePlanAndAsksForNothingElse) {
  daemon.applied.steps = {"web memory.max max -> 536870912", "evil\x1b[31m"};
  const auto web = file("web.conf", "[cgroup web]\nmemory = 512M\n");
  EXPECT_EQ(cgctl(daemon, {"-q", "apply", "-f", web, "--plan"}).out,
            "web memory.max max -> 536870912\nevil\\x1b[31m\n");
  EXPECT_THAT(daemon.asked, ElementsAre("apply plan; web memory.max=536870912"));
  daemon.applied.steps.pop_back();
  EXPECT_EQ(cgctl(daemon, {"apply", "-f", web, "--plan", "--json"}).out,
            "{\"plan\":[\"web memory.max max -> 536870912\"]}\n");
}

TEST_F(CgctlApply, TellsEveryMistakeWithFileAndLineAndSendsNothing) {
  const auto good = file("good.conf", "[cgroup web]\nmemory = 512M\n");
  const auto bad = file("bad.conf", "[cgroup a//b]\n[cgroup web]\nmemroy = 1G\n");
  const auto said = cgctl(daemon, {"apply", "-f", good, "-f", bad, "-f", directory_ / "absent"});
  EXPECT_EQ(said.status, 2);
  EXPECT_EQ(said.out, "");
  EXPECT_THAT(said.err, HasSubstr("cgctl: " + bad + ":1: name 'a//b' has an empty part"));
  EXPECT_THAT(said.err, HasSubstr("cgctl: " + bad + ":3: unknown limit 'memroy'; did you mean 'memory'?\n"));
  EXPECT_THAT(said.err, HasSubstr("absent: cannot be opened: No such file or directory\n"));
  EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 3);
  EXPECT_THAT(daemon.asked, IsEmpty());
}

TEST_F(CgctlApply, NeverPrunesEverythingByAccident) {
  const auto empty = file("empty.conf", "# nothing\n");
  const auto said = cgctl(daemon, {"apply", "-f", empty, "--prune"});
  EXPECT_EQ(said.status, 2);
  EXPECT_THAT(said.err, HasSubstr("no [cgroup NAME] in " + empty + "; --prune would take everything away"));
  EXPECT_THAT(daemon.asked, IsEmpty());
  EXPECT_EQ(cgctl(daemon, {"apply", "-f", empty}).status, 0);
}

TEST_F(CgctlApply, RefusedIsOneLineAndExit1) {
  daemon.bus_refusal = Error{.code = ErrorCode::busy, .message = "web: memory.max cannot be lowered"};
  const auto said = cgctl(daemon, {"apply", "-f", file("web.conf", "[cgroup web]\nmemory = 512M\n")});
  EXPECT_EQ(said.status, 1);
  EXPECT_EQ(said.err, "cgctl: web: memory.max cannot be lowered\n");
}

TEST(CgctlUndo, TakesAChangeBackAndSaysWhatIsInForce) {
  FakeDaemon daemon;
  daemon.applied = {.changed = {{"web", {in_force("memory.max", "67108864")}}},
                    .steps = {"web memory.max 50331648 -> 67108864"}};
  EXPECT_EQ(cgctl(daemon, {"undo", "12", "--within", "30"}).out, "web: memory.max 64M\n");
  EXPECT_EQ(cgctl(daemon, {"undo", "12", "--plan", "--force"}).out, "web memory.max 50331648 -> 67108864\n");
  EXPECT_THAT(daemon.asked, ElementsAre("undo 12 within 30s", "undo 12 plan force"));
}

TEST(CgctlReload, ListsTheFaultsOneALine) {
  FakeDaemon daemon;
  daemon.bus_refusal = {.code = ErrorCode::invalid_argument, .message = "faults:\na.conf:1: one\na.conf:2: two\x1b\n"};
  const auto said = cgctl(daemon, {"reload"});
  EXPECT_EQ(said.status, 1);
  EXPECT_EQ(said.err, "cgctl: faults:\ncgctl: a.conf:1: one\ncgctl: a.conf:2: two\\x1b\n");
}

TEST(CgctlReload, SaysWhatTheDaemonDid) {
  FakeDaemon daemon;
  EXPECT_EQ(cgctl(daemon, {"reload"}).out, "nothing to do\n");
  daemon.plan = {"web memory.max max -> 536870912"};
  EXPECT_EQ(cgctl(daemon, {"reload"}).out, "web memory.max max -> 536870912\n");
  EXPECT_EQ(cgctl(daemon, {"reload", "--json"}).out,
            "{\"changed\":[],\"steps\":[\"web memory.max max -> 536870912\"]}\n");
}

}  // namespace
}  // namespace cgroupd::client::test
