// pids.*, cpuset.*, io.*, *.pressure, and what the limit table says of fresh cgroups.
#include <cerrno>

#include "cgroupfs/limit_file.h"
#include "kernel/contract/contract.h"

namespace cgroupd::contract {

TEST_P(APidsLimit, IsANumberOrMax) {
  EXPECT_EQ(text(web_, "pids.max"), "max");
  EXPECT_EQ(write(web_, "pids.max", "20").value(), "20\n");
  EXPECT_EQ(write(web_, "pids.max", "4194304").value(), "4194304\n");
  EXPECT_EQ(write(web_, "pids.max", "0").value(), "0\n");
  EXPECT_EQ(write(web_, "pids.max", "max").value(), "max\n");
}

TEST_P(APidsLimit, IsRefusedOutOfRange) {
  ASSERT_OK(write(web_, "pids.max", "20"));
  for (const auto* const wrong : {"-1", "4194305", "abc", "1.5", " ", "20M"})
    EXPECT_EQ(write_error(web_, "pids.max", wrong), EINVAL) << '"' << wrong << '"';
  EXPECT_EQ(text(web_, "pids.max"), "20");
}

TEST_P(APidsLimit, MayBeLessThanWhatRuns) {
  const auto one = start_in(web_);
  const auto two = start_in(web_);
  EXPECT_EQ(text(web_, "pids.current"), "2");
  EXPECT_EQ(write(web_, "pids.max", "1").value(), "1\n");
  EXPECT_TRUE(world().is_alive(one));
  EXPECT_TRUE(world().is_alive(two));
}

TEST_P(APidsLimit, DoesNotKeepAProcessFromBeingMovedIn) {
  ASSERT_OK(write(web_, "pids.max", "0"));
  start_in(web_);
  EXPECT_EQ(text(web_, "pids.current"), "1");
  EXPECT_EQ(text(web_, "pids.peak"), "1");
  EXPECT_EQ(number(web_, "pids.events", "max"), 0U);
}

TEST_P(ACpuset, IsAListOrWhateverTheParentHas) {
  if (!has("cpuset")) {
    EXPECT_EQ(read_error(web_, "cpuset.cpus"), ENOENT);
    EXPECT_EQ(write_error(web_, "cpuset.mems", "0"), ENOENT);
    return;
  }
  EXPECT_EQ(text(web_, "cpuset.cpus"), "");
  EXPECT_EQ(write(web_, "cpuset.cpus", "0").value(), "0\n");
  EXPECT_EQ(text(web_, "cpuset.cpus.effective"), "0");
  EXPECT_EQ(write(web_, "cpuset.cpus", "1,0").value(), "0-1\n");
  EXPECT_EQ(write(web_, "cpuset.cpus", "\n").value(), "\n");
  EXPECT_EQ(text(web_, "cpuset.cpus.effective"), text(top_, "cpuset.cpus.effective"));
  EXPECT_EQ(write(web_, "cpuset.mems", "0").value(), "0\n");
}

TEST_P(ACpuset, RefusesWhatTheMachineDoesNotHave) {
  if (!has("cpuset")) {
    EXPECT_EQ(write_error(web_, "cpuset.cpus", "8191"), ENOENT);
    return;
  }
  ASSERT_OK(write(web_, "cpuset.cpus", "0"));
  EXPECT_EQ(write_error(web_, "cpuset.cpus", "8191"), ERANGE);
  EXPECT_EQ(write_error(web_, "cpuset.cpus", "0-8191"), ERANGE);
  for (const auto* const wrong : {"1-0", "abc", "0-", "-1"})
    EXPECT_EQ(write_error(web_, "cpuset.cpus", wrong), EINVAL) << wrong;
  EXPECT_EQ(text(web_, "cpuset.cpus"), "0");
  EXPECT_EQ(write_error(web_, "cpuset.mems", "1023"), EINVAL);
}

TEST_P(AnIoLimit, IsALineForEachDevice) {
  if (!has("io")) {
    EXPECT_EQ(read_error(web_, "io.max"), ENOENT);
    return;
  }
  ASSERT_TRUE(world().disk());
  const std::string disk = print_device(*world().disk());
  EXPECT_EQ(text(web_, "io.max"), "");
  EXPECT_EQ(write(web_, "io.max", disk + " rbps=1048576").value(),
            disk + " rbps=1048576 wbps=max riops=max wiops=max\n");
  EXPECT_EQ(write(web_, "io.max", disk + " wiops=50 wbps=2048").value(),
            disk + " rbps=1048576 wbps=2048 riops=max wiops=50\n");
  EXPECT_EQ(write_error(web_, "io.max", disk + " rbps=0"), ERANGE);
  EXPECT_EQ(write_error(web_, "io.max", disk + " bogus=5"), EINVAL);
  EXPECT_EQ(write_error(web_, "io.max", disk + " rbps=x"), EINVAL);
  EXPECT_EQ(write_error(web_, "io.max", "4000:1 rbps=5"), ENODEV);
  EXPECT_EQ(write_error(web_, "io.max", "sda rbps=5"), EINVAL);
  EXPECT_EQ(text(web_, "io.max"), disk + " rbps=1048576 wbps=2048 riops=max wiops=50");
  EXPECT_EQ(write(web_, "io.max", disk + " rbps=max wbps=max riops=max wiops=max").value(), "");
}

TEST_P(AnIoLimit, HasAWeightWhereTheKernelKnowsIoCost) {
  if (!has_file(web_, "io.weight")) {
    EXPECT_EQ(write_error(web_, "io.weight", "default 200"), ENOENT);
    return;
  }
  EXPECT_EQ(text(web_, "io.weight"), "default 100");
  EXPECT_EQ(write(web_, "io.weight", "200").value_or("refused"), "default 200\n");
  EXPECT_EQ(write(web_, "io.weight", "default 300").value_or("refused"), "default 300\n");
  EXPECT_EQ(write_error(web_, "io.weight", "0"), EINVAL);
  EXPECT_EQ(write_error(web_, "io.weight", "10001"), EINVAL);
  EXPECT_EQ(text(web_, "io.weight"), "default 300");
}

// Only root can switch io.cost on for a disk; until then the file takes a default weight that has no effect.
TEST_P(AnIoLimit, HasAWeightOfADeviceOnlyWhereIoCostIsSwitchedOn) {
  if (!has_file(web_, "io.weight")) return;
  ASSERT_TRUE(world().disk());
  const std::string disk = print_device(*world().disk());
  unsigned top = 1;
  while (kernel().read_above(top + 1, "cgroup.controllers")) ++top;
  const bool switched_on =
      kernel().read_above(top, "io.cost.qos").value_or("").find(disk + " enable=1") != std::string::npos;
  EXPECT_EQ(write_error(web_, "io.weight", disk + " 50"), switched_on ? 0 : EOPNOTSUPP);
  EXPECT_EQ(text(web_, "io.weight"), switched_on ? "default 100\n" + disk + " 50" : "default 100");
  EXPECT_EQ(write_error(web_, "io.weight", disk + " default"), switched_on ? 0 : EOPNOTSUPP);
  EXPECT_EQ(text(web_, "io.weight"), "default 100");
}

TEST_P(APressureFile, HasTwoLines) {
  for (const auto* const file : {"cpu.pressure", "memory.pressure", "io.pressure"}) {
    EXPECT_TRUE(text(web_, file).starts_with("some avg10=0.00 avg60=0.00 avg300=0.00 total=")) << file;
    EXPECT_NE(text(web_, file).find("\nfull avg10="), std::string::npos) << file;
  }
}

// The accepted one comes last: a trigger stays for as long as its file is open, and takes no second one (EBUSY).
TEST_P(APressureFile, TakesTriggersOfWholeTwoSecondsFromUsers) {
  for (const auto* const wrong : {"some 100000 1000000", "some 100000 12000000", "some 3000000 2000000",
                                  "some 0 2000000", "most 1 2000000", "some"}) {
    EXPECT_EQ(write_error(web_, "memory.pressure", wrong), EINVAL) << wrong;
  }
  EXPECT_OK(write(web_, "memory.pressure", "some 100000 2000000"));
  EXPECT_OK(write(web_, "cpu.pressure", "some 50000 4000000"));
}

TEST_P(APressureFile, GoesAwayWhenAccountingIsSwitchedOff) {
  EXPECT_EQ(text(web_, "cgroup.pressure"), "1");
  ASSERT_OK(write(web_, "cgroup.pressure", "0"));
  EXPECT_EQ(read_error(web_, "cpu.pressure"), ENOENT);
  ASSERT_OK(write(web_, "cgroup.pressure", "1"));
  EXPECT_EQ(read_error(web_, "cpu.pressure"), 0);
}

TEST_P(ALimit, OfAFreshCgroupIsWhatTheTableSays) {
  for (const auto& limit : all_limits()) {
    if (!has_file(web_, limit.file)) {
      EXPECT_TRUE(!has(limit.controller) || limit.file == "io.weight" || limit.file == "memory.swap.max") << limit.file;
      continue;
    }
    const auto value = read_limit(kernel(), web_, limit);
    ASSERT_OK(value);
    EXPECT_EQ(print_value(*value), print_value(unset_value(limit))) << limit.file;
  }
}

TEST_P(ALimit, AtTheEndsOfItsRangeIsHeldByTheKernel) {
  for (const auto& limit : all_limits()) {
    if (!has_file(web_, limit.file) || limit.kind == ValueKind::bandwidth || limit.kind == ValueKind::id_list ||
        limit.kind == ValueKind::device_max || limit.kind == ValueKind::device_weight) {
      continue;
    }
    for (const auto end : {limit.least, limit.most}) {
      const Value wanted{Amount(end)};
      const auto text = write(web_, limit.file, print_value(wanted));
      ASSERT_OK(text);
      EXPECT_EQ(print_value(read_limit_text(limit, *text).value()), print_value(as_kernel_rounds(limit, wanted)))
          << limit.file;
    }
    ASSERT_OK(write(web_, limit.file, limit.unset));
  }
}

}  // namespace cgroupd::contract
