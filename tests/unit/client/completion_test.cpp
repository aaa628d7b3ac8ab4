// The completion for bash, asked as bash asks it.
#include "client/completion.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_manager.h"

namespace cgroupd::client::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

// Words of a command line of which the last is to be completed; in bash, with a cgctl that knows three cgroups.
std::vector<std::string> completed(const std::vector<std::string>& words) {
  const std::string path = testing::TempDir() + "cgctl-completion-" + std::to_string(::getpid()) + ".bash";
  {
    std::ofstream out(path);
    out << bash_completion() << "\ncgctl() {\n  if [[ $1 == --system ]]; then printf 'NAME X\\nbig 1\\n'; return; fi\n"
        << "  printf 'NAME MEMORY\\nbatch 1\\nweb 2\\nweb/db 3\\n'\n}\nCOMP_WORDS=(cgctl";
    for (const auto& word : words) out << " '" << word << "'";
    out << ")\nCOMP_CWORD=" << words.size() << "\n_cgctl\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
  }
  std::vector<std::string> lines;
  const auto close = [](std::FILE* pipe) { EXPECT_EQ(::pclose(pipe), 0); };
  {
    const std::unique_ptr<std::FILE, decltype(close)> pipe(::popen(("bash --norc '" + path + "' 2>&1").c_str(), "r"),
                                                           close);
    std::array<char, 4096> line{};
    while (std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
      std::string text = line.data();
      while (text.ends_with('\n')) text.pop_back();
      if (!text.empty()) lines.push_back(text);
    }
  }
  std::remove(path.c_str());
  return lines;
}

TEST(Completion, KnowsEveryVerb) {
  std::vector<std::string> verbs;
  for (const auto* const verb : all_verbs()) verbs.emplace_back(verb->name);
  EXPECT_THAT(completed({""}), testing::ElementsAreArray(verbs));
  EXPECT_THAT(completed({"--json", "--host", "dev@server", "un"}), ElementsAre("unset", "undo"));
  EXPECT_THAT(completed({"help", "hi"}), ElementsAre("history"));
}

TEST(Completion, KnowsEveryOptionAndFlagOfEveryVerb) {
  for (const auto* const verb : all_verbs()) {
    const auto words = completed({std::string(verb->name), "--"});
    for (const auto& option : verb->options) EXPECT_THAT(words, Contains("--" + std::string(option.name)));
    for (const auto& option : global_options()) EXPECT_THAT(words, Contains("--" + std::string(option.name)));
    for (const auto& limit : all_limits()) {
      for (const auto& flag : limit.flags) {
        const std::string word = "--" + std::string(flag.name);
        if (verb->takes_limits) {
          EXPECT_THAT(words, Contains(word)) << verb->name;
        } else {
          EXPECT_THAT(words, Not(Contains(word))) << verb->name;
        }
      }
    }
  }
}

TEST(Completion, OffersFilesWhereFilesAreWanted) {
  EXPECT_THAT(completed({"apply", "-f", "/us"}), ElementsAre("/usr"));
  EXPECT_THAT(completed({"run", "web", "--", "ls", "/us"}), ElementsAre("/usr"));
  EXPECT_THAT(completed({"run", "web", "dirnam"}), Contains("dirname"));
}

TEST(Completion, AsksTheDaemonForTheNamesOfCgroups) {
  EXPECT_THAT(completed({"set", "w"}), ElementsAre("web", "web/db"));
  EXPECT_THAT(completed({"set", "--memory", "1G", "b"}), ElementsAre("batch"));
  EXPECT_THAT(completed({"--system", "show", ""}), ElementsAre("big"));
  EXPECT_THAT(completed({"set", "web", ""}), IsEmpty());
  EXPECT_THAT(completed({"freeze", "web", "ba"}), ElementsAre("batch"));
}

TEST(Completion, KnowsValuesOfWhichThereAreFew) {
  EXPECT_THAT(completed({"set", "web", "--drift", ""}), ElementsAre("repair", "report", "adopt"));
  EXPECT_THAT(completed({"set", "web", "--cpu-idle", "y"}), ElementsAre("yes"));
  EXPECT_THAT(completed({"set", "web", "--memory", ""}), IsEmpty());
  EXPECT_THAT(completed({"unset", "web", "memory.s"}), ElementsAre("memory.swap.max"));
  EXPECT_THAT(completed({"completion", ""}), ElementsAre("bash"));
  EXPECT_THAT(completed({"undo", ""}), IsEmpty());
}

TEST(Completion, LeavesTheCommandOfRunToTheShell) {
  EXPECT_THAT(completed({"run", "web", "--", "cgct"}), Contains("cgctl"));
  EXPECT_THAT(completed({"run", "w"}), ElementsAre("web", "web/db"));
}

TEST(Completion, IsPrintedWithoutADaemon) {
  FakeDaemon daemon;
  EXPECT_EQ(cgctl(daemon, {"completion", "bash"}).out, bash_completion());
  EXPECT_THAT(daemon.asked, IsEmpty());
  EXPECT_EQ(bash_completion().find('@'), bash_completion().find("@\"")) << "a placeholder is left, or \"$@\" is gone";
}

}  // namespace
}  // namespace cgroupd::client::test
