// The kernel's text formats, as files of real kernels have them.
#include "cgroupfs/formats.h"

#include <gtest/gtest.h>

namespace cgroupd {

TEST(AKeyedFile, GivesItsNumbersByKey) {
  constexpr auto text = "low 0\nhigh 3\nmax 91\noom 1\noom_kill 18446744073709551615\noom_group_kill 0\n";
  EXPECT_EQ(keyed_value(text, "max"), 91U);
  EXPECT_EQ(keyed_value(text, "oom"), 1U);
  EXPECT_EQ(keyed_value(text, "oom_kill"), UINT64_MAX);
  EXPECT_EQ(keyed_value(text, "o"), std::nullopt);
  EXPECT_EQ(keyed_value("", "max"), std::nullopt);
}

TEST(AKeyedFile, IsReadPastLinesThatAreNone) {
  constexpr auto text = "some avg10=0.00\n\nnokey\nbad x\nbad2 -1\nbad3 1 2\ngood 7";
  EXPECT_EQ(keyed_value(text, "good"), 7U);
  for (const auto* const key : {"some", "nokey", "bad", "bad2", "bad3", ""})
    EXPECT_EQ(keyed_value(text, key), std::nullopt) << key;
}

TEST(ASingleNumber, IsANumberAndNothingElse) {
  EXPECT_EQ(single_number("4096\n"), 4096U);
  EXPECT_EQ(single_number("0"), 0U);
  for (const auto* const text : {"", "\n", "max\n", "-1\n", "1 2\n", "1x", "99999999999999999999"})
    EXPECT_EQ(single_number(text), std::nullopt) << text;
}

TEST(ProcessIds, AreSortedAndEachOnce) {
  EXPECT_EQ(process_ids("30\n4\n30\n\n12\n"), (std::vector<std::int32_t>{4, 12, 30}));
}

TEST(MountInfo, TellsTheCgroup2MountsApart) {
  const auto mounts = cgroup2_mounts(
      "22 1 0:20 / /proc rw shared:5 - proc proc rw\n"
      "33 24 0:28 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n"
      "34 24 0:29 /a/b /mnt/with\\040blank rw - cgroup2 none rw\n"
      "35 24 0:30 / /sys/fs/cgroup/memory rw shared:10 - cgroup cgroup rw,memory\n"
      "garbage\n");
  ASSERT_EQ(mounts.size(), 2U);
  EXPECT_EQ(mounts[0].mount_point, "/sys/fs/cgroup/unified");
  EXPECT_EQ(mounts[0].root, "/");
  EXPECT_NE(mounts[0].options.find("nsdelegate"), std::string::npos);
  EXPECT_EQ(mounts[1].mount_point, "/mnt/with blank");
  EXPECT_EQ(mounts[1].root, "/a/b");
}

TEST(ProcCgroup, NamesTheCgroup2Path) {
  EXPECT_EQ(cgroup2_path("0::/user.slice/web.scope\n"), "/user.slice/web.scope");
  EXPECT_EQ(cgroup2_path("9:name=systemd:/\n4:memory:/x\n0::/\n"), "/");
  EXPECT_EQ(cgroup2_path("0::/gone (deleted)\n"), "/gone");
  EXPECT_EQ(cgroup2_path("4:memory:/x\n"), std::nullopt);
  EXPECT_EQ(cgroup2_path(""), std::nullopt);
}

}  // namespace cgroupd
