// Reading cgroupd.conf and its drop-ins from a real directory.
#include "config/config_files.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

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

TEST_F(ConfigurationFiles, AreBoundedInSize) {
  write("cgroupd.conf", std::string(max_config_file_bytes, '\n'));
  EXPECT_EQ(faults(), "");
  write("cgroupd.conf", std::string(max_config_file_bytes + 1, '\n'));
  EXPECT_EQ(faults(), main_file() + ": is larger than 1048576 bytes");
}

TEST_F(ConfigurationFiles, AreBoundedInNumber) {
  for (std::size_t i = 0; i <= max_config_drop_ins; ++i) write("cgroupd.conf.d/" + std::to_string(i) + ".conf", "");
  EXPECT_EQ(faults(), main_file() + ".d: has more than 1000 drop-ins");
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
