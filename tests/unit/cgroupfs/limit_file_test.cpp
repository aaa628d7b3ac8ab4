// Limits as the kernel's files hold them.
#include "cgroupfs/limit_file.h"

#include "support/fake_kernel.h"
#include "support/named.h"
#include "support/results.h"
#include "unit/model/generators.h"

namespace cgroupd {
namespace {

std::vector<std::string> texts(std::string_view file, std::string_view from, std::string_view to) {
  return write_texts(row(file), parse_value(row(file), from).value(), parse_value(row(file), to).value());
}
std::string rounded(std::string_view file, std::string_view text) {
  return print_value(as_kernel_rounds(row(file), parse_value(row(file), text).value()));
}

}  // namespace

TEST(AWrite, IsOneTextForMostLimits) {
  EXPECT_EQ(texts("memory.max", "max", "67108864"), std::vector<std::string>{"67108864"});
  EXPECT_EQ(texts("cpu.max", "max 100000", "50000 100000"), std::vector<std::string>{"50000 100000"});
}

TEST(AWrite, IsNeverEmpty) {
  EXPECT_EQ(texts("cpuset.cpus", "0-3", ""), std::vector<std::string>{"\n"});
}

TEST(AWrite, IsOneForEachDeviceThatChanges) {
  EXPECT_EQ(texts("io.max", "8:0 rbps=1 wbps=max riops=max wiops=max, 8:16 rbps=2 wbps=max riops=max wiops=max",
                  "8:0 rbps=1 wbps=max riops=max wiops=max, 8:32 rbps=max wbps=3 riops=max wiops=max"),
            (std::vector<std::string>{"8:16 rbps=max wbps=max riops=max wiops=max",
                                      "8:32 rbps=max wbps=3 riops=max wiops=max"}));
  EXPECT_EQ(texts("io.weight", "default 100, 8:0 50", "default 200, 8:16 70"),
            (std::vector<std::string>{"default 200", "8:16 70", "8:0 default"}));
}

TEST(Rounding, IsDownToPagesForBytesOnly) {
  EXPECT_EQ(rounded("memory.max", "5000000"), "4997120");
  EXPECT_EQ(rounded("memory.max", "max"), "max");
  EXPECT_EQ(rounded("memory.max", "9223372036854775807"), "max");
  EXPECT_EQ(rounded("pids.max", "5"), "5");
  EXPECT_EQ(rounded("cpu.max.burst", "5001"), "5001");
}

RC_GTEST_PROP(AnySize, IsHeldByTheKernelAsForetold, ()) {
  static FakeKernel kernel;
  static const CgroupPath web = [] {
    kernel.write_as_other(CgroupPath(), "cgroup.subtree_control", "+memory");
    return kernel.given("web");
  }();
  const Limit& limit = row("memory.high");
  const Value asked = generate::amount(limit);
  const auto text = kernel.write(web, limit.file, write_texts(limit, unset_value(limit), asked).front());
  RC_ASSERT(read_limit_text(limit, text.value()).value() == as_kernel_rounds(limit, asked));
}

}  // namespace cgroupd
