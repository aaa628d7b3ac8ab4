// How many files a scrape may keep open.
#include "cgroupfs/kept_files.h"

#include <gtest/gtest.h>

namespace cgroupd {
namespace {

constexpr std::uint64_t mib = 1024 * 1024;
constexpr RoomForFiles plenty{.descriptors = 524'288, .own_bytes = std::nullopt, .machine_bytes = 64 * 1024 * mib};

RoomForFiles bounded(std::uint64_t own_bytes) {
  RoomForFiles room = plenty;
  room.own_bytes = own_bytes;
  return room;
}

TEST(KeptFiles, AreAsManyAsTheConfigurationSays) {
  EXPECT_EQ(files_to_keep(0, plenty), 0U);
  EXPECT_EQ(files_to_keep(2048, plenty), 2048U);
  EXPECT_EQ(files_to_keep(100'000, bounded(128 * mib)), 100'000U);
}

TEST(KeptFiles, LeaveHalfOfTheDescriptorsToTheRest) {
  RoomForFiles few = plenty;
  few.descriptors = 1024;
  EXPECT_EQ(files_to_keep(std::nullopt, few), 512U);
  EXPECT_EQ(files_to_keep(2048, few), 512U);
  EXPECT_EQ(files_to_keep(std::nullopt, plenty), 262'144U);
  few.descriptors = 0;
  EXPECT_EQ(files_to_keep(std::nullopt, few), 0U);
}

TEST(KeptFiles, AreThoseOfAThousandCgroupsUnderOurUnitsBound) {
  constexpr std::size_t files_a_cgroup = 30;
  EXPECT_GE(files_to_keep(std::nullopt, bounded(384 * mib)), 1000 * files_a_cgroup);
}

TEST(KeptFiles, TakeHalfOfOurOwnMemoryAtMost) {
  constexpr std::uint64_t least_of_a_file = 4096;  // seq_file's page
  EXPECT_LT(files_to_keep(std::nullopt, bounded(128 * mib)) * least_of_a_file, 64 * mib);
  EXPECT_GT(files_to_keep(std::nullopt, bounded(128 * mib)), 10'000U);
  EXPECT_EQ(files_to_keep(std::nullopt, bounded(0)), 0U);
}

TEST(KeptFiles, TakeAnEighthOfTheMachinesMemoryAtMost) {
  RoomForFiles small = plenty;
  small.machine_bytes = 512 * mib;
  EXPECT_LT(files_to_keep(std::nullopt, small) * 4096, 64 * mib);
  EXPECT_GT(files_to_keep(std::nullopt, small), 10'000U);
}

}  // namespace
}  // namespace cgroupd
