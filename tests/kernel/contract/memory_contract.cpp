// memory.*: how sizes are read, rounded and shown.
#include <cerrno>

#include "kernel/contract/contract.h"

namespace cgroupd::contract {
namespace {

struct Size {
  const char* written;
  const char* read;
};

}  // namespace

TEST_P(AMemoryLimit, IsRoundedDownByTheKernelAndReadBack) {
  EXPECT_EQ(write(web_, "memory.max", "67108864").value(), "67108864\n");
  EXPECT_EQ(write(web_, "memory.max", "5000000").value(), "4997120\n");
}

TEST_P(AMemoryLimit, UnderstandsUnitsOf1024) {
  for (const auto& [written, read] :
       {Size{"64K", "65536"}, {"1M", "1048576"}, {"2m", "2097152"}, {"1G", "1073741824"}, {"64M\n", "67108864"}}) {
    ASSERT_OK(write(web_, "memory.high", written));
    EXPECT_EQ(text(web_, "memory.high"), read) << written;
  }
}

// Why every number is parsed before it is written: these are no mistakes to the kernel.
TEST_P(AMemoryLimit, TakesBlanksForNothingAndReadsHexAndOctal) {
  for (const auto& [written, read] : {Size{"\n", "0"},
                                      {"  ", "0"},
                                      {"1", "0"},
                                      {"4095", "0"},
                                      {"K", "0"},
                                      {"0x200000", "2097152"},
                                      {"010M", "8388608"}}) {
    ASSERT_OK(write(web_, "memory.max", written));
    EXPECT_EQ(text(web_, "memory.max"), read) << '"' << written << '"';
  }
}

TEST_P(AMemoryLimit, RefusesWhatIsNoSizeAndKeepsItsValue) {
  ASSERT_OK(write(web_, "memory.max", "64M"));
  for (const auto* const wrong : {"64Mi", "64Q", "-1", "1.5G", "1e3", "64 M", "maximum", "MAX", "infinity"}) {
    EXPECT_EQ(write_error(web_, "memory.max", wrong), EINVAL) << wrong;
    EXPECT_EQ(text(web_, "memory.max"), "67108864") << wrong;
  }
}

TEST_P(AMemoryLimit, IsNoneWhenTooLargeToCount) {
  for (const auto* const large : {"max", " max\n", "9223372036854775807", "9223372036854771712", "8E"}) {
    ASSERT_OK(write(web_, "memory.max", "64M"));
    EXPECT_EQ(write(web_, "memory.max", large).value(), "max\n") << large;
  }
}

TEST_P(AMemoryLimit, IsTheSameForAllSizes) {
  for (const auto* const file : {"memory.min", "memory.low", "memory.high", "memory.max"}) {
    EXPECT_EQ(write(web_, file, "5000000").value(), "4997120\n") << file;
    EXPECT_EQ(write(web_, file, "max").value(), "max\n") << file;
    EXPECT_EQ(write_error(web_, file, "64Mi"), EINVAL) << file;
  }
}

TEST_P(AMemoryLimit, MayBeMoreThanTheParentsOrLessThanTheProtection) {
  ASSERT_OK(write(web_, "cgroup.subtree_control", "+memory"));
  const auto child = make(web_, "child");
  ASSERT_OK(write(web_, "memory.max", "64M"));
  EXPECT_EQ(write(child, "memory.max", "128M").value(), "134217728\n");
  EXPECT_EQ(write(child, "memory.min", "256M").value(), "268435456\n");
}

TEST_P(AMemoryLimit, OfSwapIsThereWhenSwapIsAccounted) {
  if (!has_file(web_, "memory.swap.current")) {
    EXPECT_EQ(write_error(web_, "memory.swap.max", "0"), ENOENT);
    return;
  }
  EXPECT_EQ(text(web_, "memory.swap.max"), "max");
  EXPECT_EQ(write(web_, "memory.swap.max", "1G").value(), "1073741824\n");
  EXPECT_EQ(write(web_, "memory.swap.max", "0").value(), "0\n");
}

TEST_P(AMemoryFile, ForGroupKillsIsAFlag) {
  EXPECT_EQ(write(web_, "memory.oom.group", "1").value(), "1\n");
  EXPECT_EQ(write(web_, "memory.oom.group", "0").value(), "0\n");
  for (const auto* const wrong : {"2", "-1", "yes", " "})
    EXPECT_EQ(write_error(web_, "memory.oom.group", wrong), EINVAL) << wrong;
}

TEST_P(AMemoryFile, CountsNothingInAFreshCgroup) {
  EXPECT_EQ(text(web_, "memory.current"), "0");
  for (const auto* const file : {"memory.events", "memory.events.local"}) {
    for (const auto* const key : {"low", "high", "max", "oom", "oom_kill", "oom_group_kill"})
      EXPECT_EQ(number(web_, file, key), 0U) << file << key;
  }
  EXPECT_EQ(number(web_, "memory.stat", "anon"), 0U);
  EXPECT_EQ(number(web_, "memory.stat", "inactive_file"), 0U);
}

TEST_P(AMemoryFile, ReclaimSaysWhenThereIsNotEnough) {
  EXPECT_EQ(write_error(web_, "memory.reclaim", "64M"), EAGAIN);
  EXPECT_EQ(write_error(web_, "memory.reclaim", "lots"), EINVAL);
  EXPECT_EQ(read_error(web_, "memory.reclaim"), EACCES);
}

TEST_P(AMemoryFile, ReclaimTakesASwappinessSince6_12) {
  EXPECT_EQ(write_error(web_, "memory.reclaim", "64M swappiness=0"), is_6_12() ? EAGAIN : EINVAL);
}

TEST_P(AMemoryFile, PeakCanBeResetSince6_12ButOnlyForTheWriter) {
  EXPECT_EQ(read_error(web_, "memory.peak"), 0);
  EXPECT_EQ(write_error(web_, "memory.peak", "reset"), is_6_12() ? 0 : EACCES);
}

}  // namespace cgroupd::contract
