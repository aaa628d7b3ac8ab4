// Reading cgroupd.conf and its drop-ins from a real directory.
#include "config/config_files.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cgroupd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ConfigurationFiles : public testing::Test {
 protected:
  ConfigurationFiles() {
    std::string pattern = testing::TempDir() + "cgroupd-config-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~ConfigurationFiles() override { std::filesystem::remove_all(directory_); }
  ConfigurationFiles(const ConfigurationFiles&) = delete;
  ConfigurationFiles& operator=(const ConfigurationFiles&) = delete;
  ConfigurationFiles(ConfigurationFiles&&) = delete;
  ConfigurationFiles& operator=(ConfigurationFiles&&) = delete;

  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = directory_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  std::string main_file() const { return directory_ / "cgroupd.conf"; }
  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const ConfigFile& file : read_config_files(main_file(), IfMissing::fine).files) out.push_back(file.text);
    return out;
  }
  std::string faults(IfMissing if_missing = IfMissing::fine) const {
    return print_faults(read_config_files(main_file(), if_missing).faults);
  }

  std::filesystem::path directory_;
};

std::string paths_of(const ConfigFiles& files) {
  std::string out;
  for (const ConfigFile& file : files.files) out += file.path.substr(file.path.rfind('/') + 1) + " ";
  return out;
}

TEST(DeclarativeFiles, LieBesideTheMainFile) {
  EXPECT_EQ(cgroups_directory("/etc/cgroupd/cgroupd.conf"), "/etc/cgroupd/cgroups.d");
  EXPECT_EQ(cgroups_directory("cgroupd.conf"), "cgroups.d");
}

TEST_F(ConfigurationFiles, OfADirectoryAreReadByName) {
  write("cgroups.d/b.conf", "b");
  write("cgroups.d/a.conf", "a");
  write("cgroups.d/.hidden.conf", "h");
  write("cgroups.d/a.conf~", "old");
  const auto files = read_config_directory(cgroups_directory(main_file()), IfMissing::fine);
  EXPECT_EQ(paths_of(files), "a.conf b.conf ");
  EXPECT_THAT(files.faults, IsEmpty());
  EXPECT_EQ(paths_of(read_named_config(cgroups_directory(main_file()))), "a.conf b.conf ");
}

TEST_F(ConfigurationFiles, OfADirectoryThatIsNotThereAreNoneOrAFault) {
  const std::string absent = directory_ / "absent";
  EXPECT_THAT(read_config_directory(absent, IfMissing::fine).faults, IsEmpty());
  EXPECT_THAT(print_faults(read_config_directory(absent, IfMissing::fault).faults), HasSubstr("No such file"));
  EXPECT_THAT(print_faults(read_named_config(absent).faults), HasSubstr("absent: cannot be opened: No such file"));
}

TEST_F(ConfigurationFiles, ThatAUserNamedMustBeThere) {
  write("notes/readme.txt", "x");
  EXPECT_THAT(print_faults(read_named_config(directory_ / "notes").faults),
              HasSubstr("notes: has no file that ends in .conf"));
  write("big.conf", std::string(max_config_file_bytes + 1, '#'));
  EXPECT_THAT(print_faults(read_named_config(directory_ / "big.conf").faults), HasSubstr("is larger than"));
  write("web.txt", "[cgroup web]\n");
  EXPECT_EQ(read_named_config(directory_ / "web.txt").files.at(0).text, "[cgroup web]\n");
}

TEST_F(ConfigurationFiles, MayComeThroughAStream) {
  std::array<int, 2> ends = {-1, -1};
  ASSERT_EQ(pipe(ends.data()), 0);
  ASSERT_EQ(::write(ends[1], "[cgroup a]\n", 11), 11);
  close(ends[1]);
  const auto files = read_config_stream(ends[0], "standard input");
  close(ends[0]);
  ASSERT_EQ(files.files.size(), 1U);
  EXPECT_EQ(files.files[0].path, "standard input");
  EXPECT_EQ(files.files[0].text, "[cgroup a]\n");
  EXPECT_THAT(print_faults(read_config_stream(-1, "standard input").faults), HasSubstr("cannot be read"));
}

TEST_F(ConfigurationFiles, MayBeMissing) {
  EXPECT_THAT(texts(), IsEmpty());
  EXPECT_EQ(faults(), "");
}

TEST_F(ConfigurationFiles, MayNotBeMissingWhenNamed) {
  EXPECT_EQ(faults(IfMissing::fault), main_file() + ": cannot be opened: No such file or directory");
}

TEST_F(ConfigurationFiles, AreTheMainFileAndThenTheDropInsByName) {
  write("cgroupd.conf", "main");
  write("cgroupd.conf.d/20-b.conf", "b");
  write("cgroupd.conf.d/10-a.conf", "a");
  write("cgroupd.conf.d/.hidden.conf", "no");
  write("cgroupd.conf.d/30-c.conf.bak", "no");
  EXPECT_THAT(texts(), ElementsAre("main", "a", "b"));
}

TEST_F(ConfigurationFiles, MayBeDropInsAlone) {
  write("cgroupd.conf.d/10-a.conf", "a");
  EXPECT_THAT(texts(), ElementsAre("a"));
}

TEST_F(ConfigurationFiles, MustBeRegularFiles) {
  std::filesystem::create_directories(main_file());
  EXPECT_EQ(faults(), main_file() + ": is not a regular file");
}

TEST_F(ConfigurationFiles, NeverBlockOnAPipe) {
  ASSERT_EQ(mkfifo(main_file().c_str(), 0600), 0);
  EXPECT_EQ(faults(), main_file() + ": is not a regular file");
}

TEST_F(ConfigurationFiles, AreAFaultWhenTheyCannotBeOpened) {
  std::filesystem::create_symlink("cgroupd.conf", main_file());
  EXPECT_THAT(faults(), HasSubstr(main_file() + ": cannot be opened: Too many levels of symbolic links"));
}

TEST_F(ConfigurationFiles, AreAFaultWhenTheyAreLinksToNothing) {
  std::filesystem::create_symlink("/nonexistent/cgroupd.conf", main_file());
  EXPECT_EQ(faults(), main_file() + ": is a symbolic link to a file that is not there");
}

TEST_F(ConfigurationFiles, AreBoundedInSize) {
  write("cgroupd.conf", std::string(max_config_file_bytes, '\n'));
  EXPECT_EQ(faults(), "");
  write("cgroupd.conf", std::string(max_config_file_bytes + 1, '\n'));
  EXPECT_EQ(faults(), main_file() + ": is larger than 1048576 bytes");
}

TEST_F(ConfigurationFiles, AreBoundedInNumber) {
  for (std::size_t i = 0; i <= max_config_drop_ins; ++i) write("cgroupd.conf.d/" + std::to_string(i) + ".conf", "");
  EXPECT_EQ(faults(), main_file() + ".d: has more than 1000 files that end in .conf");
}

TEST(TheUsersConfigurationFile, FollowsTheXdgRules) {
  EXPECT_EQ(user_config_file("/home/u/.cfg", "/home/u"), "/home/u/.cfg/cgroupd/cgroupd.conf");
  EXPECT_EQ(user_config_file(std::nullopt, "/home/u"), "/home/u/.config/cgroupd/cgroupd.conf");
  EXPECT_EQ(user_config_file("", "/home/u"), "/home/u/.config/cgroupd/cgroupd.conf");
  EXPECT_EQ(user_config_file("relative", "/home/u"), "/home/u/.config/cgroupd/cgroupd.conf");
  EXPECT_EQ(user_config_file(std::nullopt, std::nullopt), std::nullopt);
}

}  // namespace
}  // namespace cgroupd
