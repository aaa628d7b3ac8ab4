// [cgroup NAME] files: what they declare, how several join, and that every fault is told at once.
#include "config/declared_cgroups.h"

#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/checkout.h"
#include "support/properties.h"
#include "unit/model/generators.h"

namespace cgroupd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

DeclaredCgroupsResult parse_declared(const std::vector<std::string>& texts) {
  ConfigFiles files;
  for (const std::string& text : texts) {
    files.files.push_back(ConfigFile{.path = std::to_string(files.files.size() + 1) + ".conf", .text = text});
  }
  return parse_declared_cgroups(files);
}

std::string declared_faults_of(const std::vector<std::string>& texts) {
  const auto declared = parse_declared(texts);
  return declared ? "" : print_faults(declared.error());
}

// "web memory.max=536870912; batch profile=service"
std::string as_line(const DeclaredCgroups& cgroups) {
  std::string out;
  for (const auto& cgroup : cgroups) {
    out += (out.empty() ? "" : "; ") + cgroup.name.str();
    if (cgroup.profile) out += " profile=" + *cgroup.profile;
    if (cgroup.drift) out += " drift=" + std::string(drift_policy_name(*cgroup.drift));
    for (const auto& [limit, change] : cgroup.limits)
      out += " " + std::string(limit->file) + "=" + print_change(change);
  }
  return out;
}

std::string declared_by(const std::vector<std::string>& texts) {
  const auto declared = parse_declared(texts);
  return declared ? as_line(*declared) : print_faults(declared.error());
}

TEST(ADeclarativeFile, DeclaresCgroupsWithFlagsAndInterfaceFiles) {
  EXPECT_EQ(declared_by({"# services\n[cgroup web]\nprofile = service\nmemory = 512M\ncpus = 1.5\npids.max = 200\n"
                         "drift = report\n\n[cgroup batch/nightly]\ncpu-idle = yes\nmemory-high = 50%\n"}),
            "batch/nightly memory.high=50% cpu.idle=1; "
            "web profile=service drift=report memory.max=536870912 cpu.max=1.5 pids.max=200");
}

TEST(ADeclarativeFile, MayDeclareACgroupWithoutLimitsOrNothingAtAll) {
  EXPECT_EQ(declared_by({"[cgroup web]\n"}), "web");
  EXPECT_EQ(declared_by({"# nothing yet\n"}), "");
  EXPECT_EQ(declared_by({}), "");
}

TEST(DeclaredCgroups, ComeParentsFirst) {
  EXPECT_EQ(declared_by({"[cgroup b/c/d]\n[cgroup b-x]\n[cgroup b]\n", "[cgroup b/c]\n[cgroup a]\n"}),
            "a; b; b-x; b/c; b/c/d");
}

TEST(SeveralDeclarativeFiles, AreJoinedKeyByKeyAndTheLaterOneWins) {
  EXPECT_EQ(declared_by({"[cgroup web]\nmemory = 1G\npids-limit = 5\nprofile = small\ndrift = report\n",
                         "[cgroup web]\nmemory.max = 2G\nprofile = large\n[cgroup db]\n", "[cgroup web]\ncpus = 2\n"}),
            "db; web profile=large drift=report memory.max=2147483648 cpu.max=2 pids.max=5");
}

TEST(ADeclarativeFile, ThatNamesACgroupTwiceIsRefused) {
  EXPECT_EQ(declared_faults_of({"[cgroup web]\nmemory = 1G\n[cgroup db]\n[cgroup web]\ncpus = 1\n"}),
            "1.conf:4: [cgroup web] stands twice in this file; put its keys together");
}

TEST(ADeclarativeFile, ThatContradictsItselfIsRefusedAtTheLine) {
  EXPECT_THAT(declared_faults_of({"[cgroup web]\ncpus = 2\ncpu-quota = 10000\n"}), HasSubstr("1.conf:3: "));
  EXPECT_THAT(declared_faults_of({"[cgroup web]\nmemory = 1G\nmemory.max = 2G\n"}), HasSubstr("1.conf:3: "));
}

TEST(DeclarativeFiles, TellEveryFaultOfEveryFileAtOnce) {
  EXPECT_EQ(
      declared_faults_of({"memory = 1G\n[cgroup a//b]\nmemory = 1G\n[cgroup web]\nmemroy = 1G\nmemory = 64Q\ncpus =\n",
                          "[cgruop web]\nmemory = 1G\n[cgroup]\n[daemon]\nlog-level = info\n[cgroup db]\nnonsense\n"
                          "drift = fix\nprofil = x\n"}),
      "1.conf:1: key 'memory' stands before any [section]\n"
      "1.conf:2: name 'a//b' has an empty part between slashes; a name is made of letters, digits and _ . : @ + - and "
      "'/' for nesting, as in batch/nightly\n"
      "1.conf:5: unknown limit 'memroy'; did you mean 'memory'?\n"
      "1.conf:6: '64Q': unknown unit 'Q'; use K, M, G or T (1024-based), as in 512M or 1.5G\n"
      "1.conf:7: key 'cpus' has no value\n"
      "2.conf:1: unknown section [cgruop]; did you mean 'cgroup'?\n"
      "2.conf:3: section [cgroup] needs a name; write it as in [cgroup web]\n"
      "2.conf:4: unknown section [daemon]; it belongs to cgroupd.conf; here every section is a [cgroup NAME]\n"
      "2.conf:7: expected 'key = value', a [section] or a # comment, found 'nonsense'\n"
      "2.conf:8: 'fix' is no drift policy; write repair, report or adopt\n"
      "2.conf:9: unknown key 'profil'; did you mean 'profile'?");
}

TEST(ADeclarativeFile, NamesDevicesByNumber) {
  EXPECT_EQ(declared_by({"[cgroup web]\ndevice-read-bps = 8:0:1M\ndevice-write-iops = 8:0:100\n"}),
            "web io.max=8:0 rbps=1048576 wiops=100");
  EXPECT_EQ(
      declared_faults_of({"[cgroup web]\ndevice-read-bps = /dev/sda:1M\n"}),
      "1.conf:2: '/dev/sda:1M': a file names a device by its number, not by its path; write it as in 8:0:1M; lsblk "
      "shows the number under MAJ:MIN");
}

TEST(DeclarativeFiles, CannotNameWhatIsNotBeneathTheDelegatedRoot) {
  for (const auto* const name : {"..", "../web", "/web", "web/", "cgroup.procs", "web db", "a/../b"}) {
    EXPECT_THAT(declared_faults_of({"[cgroup " + std::string(name) + "]\n"}), HasSubstr("1.conf:1: ")) << name;
  }
}

TEST(DeclarativeFiles, KeepTheFaultsOfReadingInFront) {
  ConfigFiles files;
  files.files.push_back(ConfigFile{.path = "a.conf", .text = "[cgroup web]\nx = 1\n"});
  files.faults.push_back(
      ConfigFault{.file = "b.conf", .line = std::nullopt, .message = "cannot be opened: Permission denied"});
  const auto declared = parse_declared_cgroups(files);
  ASSERT_FALSE(declared.has_value());
  EXPECT_EQ(print_faults(declared.error()), "b.conf: cannot be opened: Permission denied\na.conf:2: unknown limit 'x'");
}

TEST(TheShippedExample, DeclaresWhatItShows) {
  const auto text = text_of_checkout("conf/cgroups.d/example.conf");
  ASSERT_FALSE(text.empty());
  EXPECT_EQ(declared_by({text}), "") << "the example is commented out as shipped";
  // "#key" and "#[section]" are the example, "# prose" is prose.
  std::string uncommented;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const bool is_example = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    uncommented += (is_example ? line.substr(1) : line) + "\n";
  }
  EXPECT_EQ(declared_by({uncommented}),
            "batch memory.high=2147483648 cpu.weight=20; batch/nightly drift=report cpu.idle=1; "
            "web memory.max=536870912 cpu.max=1.5 pids.max=200");
}

}  // namespace

// Whatever is written over two files, the answer is either cgroups in order, each once, or faults that name a file.
RC_GTEST_PROP(AnyDeclarativeFiles, AreReadWholeOrRefusedWithAFile, ()) {
  const auto line = rc::gen::oneOf(
      rc::gen::element<std::string>("[cgroup a]", "[cgroup a/b]", "[cgroup b]", "[cgroup ", "[profile x]",
                                    "memory = 1G", "memory.max = 2G", "cpus = 1", "cpu-quota = 5000", "profile = p",
                                    "drift = adopt", "drift =", "# note", ""),
      generate::nasty_text());
  const auto text = rc::gen::map(rc::gen::container<std::vector<std::string>>(line), [](const auto& lines) {
    std::string out;
    for (const auto& one : lines) out += one + "\n";
    return out;
  });
  const auto declared = parse_declared({*text, *text});
  if (!declared) {
    RC_ASSERT(!declared.error().empty());
    for (const auto& fault : declared.error()) {
      RC_ASSERT(fault.file == "1.conf" || fault.file == "2.conf");
      RC_ASSERT(fault.line.has_value() && !fault.message.empty());
    }
    return;
  }
  for (std::size_t i = 1; i < declared->size(); ++i) RC_ASSERT((*declared)[i - 1].name < (*declared)[i].name);
  for (const auto& cgroup : *declared) RC_ASSERT(!cgroup.name.is_root());
}

}  // namespace cgroupd
