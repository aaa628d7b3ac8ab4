// cgroupd.conf: its keys, how drop-ins join it, and that every fault is told at once.
#include "config/daemon_config.h"

#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/limits.h"
#include "support/checkout.h"

namespace cgroupd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const ConfigContext in_a_session = {.runtime_directory = "/run/user/1000"};

DaemonConfigResult parse_config(const std::vector<std::string>& texts, const ConfigContext& context = in_a_session) {
  ConfigFiles files;
  for (const std::string& text : texts) {
    files.files.push_back(ConfigFile{.path = std::to_string(files.files.size() + 1) + ".conf", .text = text});
  }
  return parse_daemon_config(files, context);
}

std::string config_faults_of(const std::vector<std::string>& texts) {
  const DaemonConfigResult config = parse_config(texts);
  return config ? "" : print_faults(config.error());
}

std::string default_of(const DaemonConfigResult& config, std::string_view file) {
  const auto at = config->defaults.find(find_limit(file));
  return at == config->defaults.end() ? "(none)" : print_change(at->second);
}

TEST(TheConfiguration, HasDefaultsWithoutAnyFile) {
  const DaemonConfigResult config = parse_config({});
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->max_cgroups, 4096U);
  EXPECT_EQ(config->log_level, LogLevel::info);
  EXPECT_EQ(config->metrics_listen->text(), "127.0.0.1:9753");
  EXPECT_EQ(config->metrics_socket, "/run/user/1000/cgroupd/metrics.sock");
  EXPECT_THAT(config->defaults, IsEmpty());
}

TEST(TheConfiguration, HasNoSocketByDefaultWithoutARuntimeDirectory) {
  const DaemonConfigResult config = parse_config({}, ConfigContext{});
  ASSERT_TRUE(config.has_value());
  EXPECT_FALSE(config->metrics_socket.has_value());
}

TEST(TheConfiguration, TakesEveryKey) {
  const DaemonConfigResult config =
      parse_config({"[daemon]\nmax-cgroups = 10\nlog-level = debug\n[metrics]\nlisten = [::1]:0\nsocket = "
                    "%t/m.sock\n[defaults]\nmemory = 512M\ncpus = "
                    "1.5\npids.max = 200\n"});
  ASSERT_TRUE(config.has_value()) << print_faults(config.error());
  EXPECT_EQ(config->max_cgroups, 10U);
  EXPECT_EQ(config->log_level, LogLevel::debug);
  EXPECT_EQ(config->metrics_listen->text(), "[::1]:0");
  EXPECT_EQ(config->metrics_socket, "/run/user/1000/m.sock");
  EXPECT_EQ(default_of(config, "memory.max"), print_change(*parse_change(*find_limit("memory.max"), "536870912")));
  EXPECT_EQ(default_of(config, "cpu.max"), print_change(*parse_change(*find_limit("cpu.max"), "1.5")));
  EXPECT_EQ(default_of(config, "pids.max"), "200");
  EXPECT_THAT(config->files, ElementsAre("1.conf"));
}

TEST(TheConfiguration, KeepsAsManyFilesAsThereIsRoomForUnlessItSaysANumber) {
  EXPECT_EQ(parse_config({})->metrics.kept_files, std::nullopt);
  EXPECT_EQ(parse_config({"[metrics]\nkept-files = 2048\n"})->metrics.kept_files, 2048U);
  EXPECT_EQ(parse_config({"[metrics]\nkept-files = 2048\n", "[metrics]\nkept-files = auto\n"})->metrics.kept_files,
            std::nullopt);
  EXPECT_FALSE(parse_config({"[metrics]\nkept-files = many\n"}).has_value());
}

TEST(TheConfiguration, TakesWhatThePagesShow) {
  const DaemonConfigResult config = parse_config(
      {"[metrics]\nmax-cgroups = 7\nmax-depth = 2\ninclude = web batch/*\nexclude = **/tmp\nexclude-families = "
       "cgroup_io_*\nkept-files = 0\ncadvisor = yes\nweb-config = /etc/cgroupd/web.yml\n"});
  ASSERT_TRUE(config.has_value()) << print_faults(config.error());
  EXPECT_EQ(config->metrics.max_cgroups, 7U);
  EXPECT_EQ(config->metrics.max_depth, 2U);
  EXPECT_THAT(config->metrics.include, ElementsAre("web", "batch/*"));
  EXPECT_THAT(config->metrics.exclude, ElementsAre("**/tmp"));
  EXPECT_THAT(config->metrics.exclude_families, ElementsAre("cgroup_io_*"));
  EXPECT_EQ(config->metrics.kept_files, 0U);
  EXPECT_TRUE(config->metrics.cadvisor);
  EXPECT_EQ(config->metrics.web_config, "/etc/cgroupd/web.yml");
}

TEST(TheConfiguration, RefusesWhatThePagesCannotShow) {
  for (const char* const line : {"max-cgroups = 0", "max-depth = 17", "max-depth = x", "kept-files = -1",
                                 "cadvisor = maybe", "web-config = web.yml"}) {
    EXPECT_THAT(config_faults_of({std::string("[metrics]\n") + line + "\n"}), HasSubstr("1.conf:2: ")) << line;
  }
}

TEST(TheConfiguration, SwitchesListenersOffWithNone) {
  const DaemonConfigResult config = parse_config({"[metrics]\nlisten = none\nsocket = none\n"});
  ASSERT_TRUE(config.has_value());
  EXPECT_FALSE(config->metrics_listen.has_value());
  EXPECT_FALSE(config->metrics_socket.has_value());
}

TEST(TheConfiguration, TakesTheLaterFilesWordKeyByKey) {
  const DaemonConfigResult config =
      parse_config({"[daemon]\nmax-cgroups = 10\nlog-level = debug\n[defaults]\nmemory = 1G\npids-limit = 5\n",
                    "[daemon]\nmax-cgroups = 20\n[defaults]\nmemory = 2G\n"});
  ASSERT_TRUE(config.has_value()) << print_faults(config.error());
  EXPECT_EQ(config->max_cgroups, 20U);
  EXPECT_EQ(config->log_level, LogLevel::debug);
  EXPECT_EQ(default_of(config, "memory.max"), print_change(*parse_change(*find_limit("memory.max"), "2G")));
  EXPECT_EQ(default_of(config, "pids.max"), "5");
}

TEST(TheConfiguration, TakesTheLaterFilesWordUnderAnyOfALimitsNames) {
  const DaemonConfigResult config = parse_config(
      {"[defaults]\nmemory = 1G\ncpus = 2\ncpu-period = 50000\n", "[defaults]\nmemory.max = max\ncpu-quota = 10000\n"});
  ASSERT_TRUE(config.has_value()) << print_faults(config.error());
  EXPECT_EQ(default_of(config, "memory.max"), "max");
  const Change expected = *parse_change(*find_limit("cpu.max"), "10000 50000");
  EXPECT_EQ(default_of(config, "cpu.max"), print_change(expected));
}

TEST(TheConfiguration, RefusesAFileThatContradictsItself) {
  EXPECT_THAT(config_faults_of({"[defaults]\ncpus = 2\ncpu-quota = 10000\n"}), HasSubstr("1.conf:3: "));
  EXPECT_THAT(config_faults_of({"[defaults]\nmemory = 1G\nmemory.max = 2G\n"}), HasSubstr("1.conf:3: "));
}

TEST(TheConfiguration, JoinsTheFirstFilesPartsAfterALaterFileRepeatsOne) {
  const DaemonConfigResult config =
      parse_config({"[defaults]\ncpus = 2\ncpu-period = 50000\n", "[defaults]\ncpus = 1\n"});
  ASSERT_TRUE(config.has_value()) << print_faults(config.error());
  Changes expected;
  const FlagMatch cpus = find_flag("cpus");
  const FlagMatch period = find_flag("cpu-period");
  ASSERT_TRUE(
      merge_change(expected, *cpus.limit, *parse_flag_change(*cpus.limit, *cpus.flag, "1"), "cpus").has_value());
  ASSERT_TRUE(
      merge_change(expected, *period.limit, *parse_flag_change(*period.limit, *period.flag, "50000"), "cpu-period")
          .has_value());
  EXPECT_EQ(config->defaults, expected);
}

TEST(TheConfiguration, HasADriftPolicy) {
  EXPECT_EQ(parse_config({})->drift, DriftPolicy::repair);
  EXPECT_EQ(parse_config({"[daemon]\ndrift = report\n", "[daemon]\ndrift = adopt\n"})->drift, DriftPolicy::adopt);
  EXPECT_THAT(config_faults_of({"[daemon]\ndrift = fix\n"}),
              testing::AllOf(HasSubstr("1.conf:2: 'fix'"), HasSubstr("adopt")));
}

TEST(TheConfiguration, SaysWhatHappensToLimitsThatCannotBeHad) {
  EXPECT_EQ(parse_config({})->on_missing, OnMissing::refuse);
  EXPECT_EQ(parse_config({"[daemon]\non-missing = skip\n"})->on_missing, OnMissing::skip);
  EXPECT_THAT(config_faults_of({"[daemon]\non-missing = ignore\n"}),
              testing::AllOf(HasSubstr("1.conf:2: 'ignore'"), HasSubstr("refuse or skip")));
}

TEST(TheConfiguration, HasProfilesWithTheKeysOfDefaults) {
  const DaemonConfigResult config =
      parse_config({"[profile service]\nmemory = 1G\npids-limit = 5\n[profile empty]\n[defaults]\nmemory = 3G\n",
                    "[profile service]\nmemory.max = 2G\ncpus = 2\n[profile batch]\ncpu-idle = yes\n"});
  ASSERT_TRUE(config.has_value()) << print_faults(config.error());
  std::string shown;
  for (const auto& [name, limits] : config->profiles) {
    shown += name + ":";
    for (const auto& [limit, change] : limits) shown += " " + std::string(limit->file) + "=" + print_change(change);
    shown += "; ";
  }
  EXPECT_EQ(shown, "batch: cpu.idle=1; empty:; service: memory.max=2147483648 cpu.max=2 pids.max=5; ");
}

TEST(TheConfiguration, RefusesProfilesThatHaveNoNameOrContradictThemselves) {
  EXPECT_EQ(
      config_faults_of({"[profile]\nmemory = 1G\n[profile a]\nmemory = 1G\nmemory.max = 2G\nmemroy = 1G\n"
                        "[cgroup web]\nmemory = 1G\n"}),
      "1.conf:1: section [profile] needs a name; write it as in [profile service]\n"
      "1.conf:5: memory.max contradicts what was said before about memory.max (1073741824); say it once\n"
      "1.conf:6: unknown limit 'memroy'; did you mean 'memory'?\n"
      "1.conf:7: section [cgroup] does not belong in this file; put it in a file of its own in cgroups.d, or give "
      "that to cgctl apply -f");
}

TEST(TheConfiguration, TellsEveryFaultOfEveryFileAtOnce) {
  EXPECT_EQ(
      config_faults_of({"[daemon]\nmax-cgroup = 1\nlisten = none\nnonsense\n",
                        "[deamon]\nlog-level = info\n[ceilings]\nmemory = 50%\n[metrics web]\n[budget]\nx = 1\n[budget "
                        "eve]\nmemroy = 1\nover-commit = 0.5\n"}),
      "1.conf:2: unknown key 'max-cgroup' in section [daemon]; did you mean 'max-cgroups'?\n"
      "1.conf:3: unknown key 'listen' in section [daemon]; it belongs to section [metrics]\n"
      "1.conf:4: expected 'key = value', a [section] or a # comment, found 'nonsense'\n"
      "2.conf:1: unknown section [deamon]; did you mean 'daemon'?\n"
      "2.conf:4: memory.max: 50% has nothing to be a share of: nothing above limits it; write an absolute value\n"
      "2.conf:5: section [metrics] takes no name, found 'web'\n"
      "2.conf:6: section [budget] needs a user or a group; write it as in [budget eve] or [budget @staff]\n"
      "2.conf:9: unknown key 'memroy' in section [budget]; did you mean 'memory'?\n"
      "2.conf:10: '0.5' is no over-commit; write how many times the budget may be promised, from 1 to 100, as in 1.5");
}

TEST(TheConfiguration, HasCeilingsAndBudgets) {
  const auto config = parse_daemon_config(
      {.files = {{"1.conf", "[ceilings]\nmemory = 8G\ncpus = 2\n[budget eve]\nmemory = 1G\ncpus = 1.5\n"},
                 {"2.conf",
                  "[budget @staff]\n[budget eve]\nmemory = 2G\npids = 200\ncgroups = 10\ndepth = 3\n"
                  "over-commit = 1.25\n[ceilings]\nmemory.max = 4G\n"}}},
      {});
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(print_value(config->ceilings.at(find_limit("memory.max"))), "4294967296");
  EXPECT_EQ(print_value(config->ceilings.at(find_limit("cpu.max"))), "200000 100000");
  ASSERT_EQ(config->budgets.size(), 2U);
  EXPECT_EQ(config->budgets[0], (Budget{.whose = "eve",
                                        .most = {std::uint64_t{2} << 30U, 1'500'000, 200},
                                        .cgroups = 10,
                                        .depth = 3,
                                        .over_commit_percent = 125}));
  EXPECT_EQ(config->budgets[1], Budget{.whose = "@staff"});
}

TEST(TheConfiguration, RefusesLimitsThatDoNotExistOrDoNotParse) {
  EXPECT_THAT(config_faults_of({"[defaults]\nmemroy = 1G\n"}),
              HasSubstr("1.conf:2: unknown limit 'memroy'; did you mean 'memory'?"));
  EXPECT_THAT(config_faults_of({"[defaults]\nmemory = 64Q\n"}),
              testing::AllOf(HasSubstr("1.conf:2: "), HasSubstr("64Q")));
  EXPECT_EQ(config_faults_of({"[defaults]\nmemory =\n"}), "1.conf:2: key 'memory' has no value");
}

TEST(TheConfiguration, RefusesWhatIsNoNumberNoLevelNoPath) {
  EXPECT_THAT(config_faults_of({"[daemon]\nmax-cgroups = 0\n"}), HasSubstr("1.conf:2: "));
  EXPECT_THAT(config_faults_of({"[daemon]\nmax-cgroups = -1\n"}), HasSubstr("1.conf:2: "));
  EXPECT_EQ(config_faults_of({"[daemon]\nlog-level = loud\n"}),
            "1.conf:2: 'loud' is not a log level; write error, warning, info or debug");
  EXPECT_THAT(config_faults_of({"[metrics]\nsocket = metrics.sock\n"}),
              HasSubstr("is not the absolute path of a socket"));
  EXPECT_THAT(config_faults_of({"[metrics]\nsocket = /" + std::string(120, 's') + "\n"}),
              HasSubstr("at most 107 are possible"));
}

TEST(TheConfiguration, RefusesARuntimeDirectoryThatIsNotThere) {
  const DaemonConfigResult config = parse_config({"[metrics]\nsocket = %t/m.sock\n"}, ConfigContext{});
  ASSERT_FALSE(config.has_value());
  EXPECT_THAT(print_faults(config.error()), HasSubstr("there is no runtime directory for %t"));
}

TEST(TheConfiguration, KeepsTheFaultsOfReadingInFront) {
  ConfigFiles files;
  files.files.push_back(ConfigFile{.path = "a.conf", .text = "[daemon]\nx = 1\n"});
  files.faults.push_back(
      ConfigFault{.file = "b.conf", .line = std::nullopt, .message = "cannot be opened: Permission denied"});
  const DaemonConfigResult config = parse_daemon_config(files, in_a_session);
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(print_faults(config.error()),
            "b.conf: cannot be opened: Permission denied\na.conf:2: unknown key 'x' in section [daemon]");
}

// The file that is installed shows every default behind a '#'.
class TheShippedFile : public testing::Test {
 protected:
  static std::string text() { return text_of_checkout("conf/cgroupd.conf"); }
};

TEST_F(TheShippedFile, ChangesNothing) {
  const DaemonConfigResult config = parse_config({text()});
  ASSERT_TRUE(config.has_value()) << print_faults(config.error());
  EXPECT_FALSE(text().empty());
}

TEST_F(TheShippedFile, ShowsTheCompileTimeDefaults) {
  // "#key = value" is a default, "# prose" is prose.
  std::string uncommented;
  std::istringstream lines(text());
  for (std::string line; std::getline(lines, line);) {
    const bool is_default = line.size() > 1 && line[0] == '#' && line[1] != ' ' && line[1] != '#';
    uncommented += (is_default ? line.substr(1) : line) + "\n";
  }
  const DaemonConfigResult shown = parse_config({uncommented});
  const DaemonConfigResult built_in = parse_config({});
  ASSERT_TRUE(shown.has_value()) << print_faults(shown.error());
  EXPECT_EQ(shown->max_cgroups, built_in->max_cgroups);
  EXPECT_EQ(shown->log_level, built_in->log_level);
  EXPECT_EQ(shown->drift, built_in->drift);
  EXPECT_EQ(shown->on_missing, built_in->on_missing);
  EXPECT_EQ(shown->metrics_listen, built_in->metrics_listen);
  EXPECT_EQ(shown->metrics_socket, built_in->metrics_socket);
  EXPECT_EQ(shown->metrics.max_cgroups, built_in->metrics.max_cgroups);
  EXPECT_EQ(shown->metrics.max_depth, built_in->metrics.max_depth);
  EXPECT_EQ(shown->metrics.include, built_in->metrics.include);
  EXPECT_EQ(shown->metrics.exclude, built_in->metrics.exclude);
  EXPECT_EQ(shown->metrics.exclude_families, built_in->metrics.exclude_families);
  EXPECT_EQ(shown->metrics.kept_files, built_in->metrics.kept_files);
  EXPECT_EQ(shown->metrics.cadvisor, built_in->metrics.cadvisor);
  EXPECT_EQ(shown->metrics.web_config, built_in->metrics.web_config);
  EXPECT_EQ(shown->defaults, built_in->defaults);
  for (const std::string_view key :
       {"max-cgroups", "log-level", "drift", "on-missing", "listen", "socket", "include", "exclude", "max-depth",
        "exclude-families", "kept-files", "cadvisor", "web-config"}) {
    EXPECT_THAT(uncommented, HasSubstr("\n" + std::string(key) + " = "));
  }
}

}  // namespace
}  // namespace cgroupd
