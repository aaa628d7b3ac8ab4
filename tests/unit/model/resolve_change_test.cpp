// Wishes applied to what is in force, and wishes joined.
#include "model/limit_change.h"
#include "support/named.h"
#include "support/properties.h"
#include "support/results.h"
#include "unit/model/generators.h"

namespace cgroupd {
namespace {

Result<Value> resolved(std::string_view file, std::string_view wish, std::string_view in_force,
                       ParentLimit parent = Unlimited{}) {
  return resolve_change(row(file), parse_change(row(file), wish).value(), parse_value(row(file), in_force).value(),
                        parent);
}
std::string result(std::string_view file, std::string_view wish, std::string_view in_force,
                   ParentLimit parent = Unlimited{}) {
  const auto value = resolved(file, wish, in_force, parent);
  return value ? print_value(*value) : "refused: " + value.error().text();
}

}  // namespace

TEST(AWishApplied, KeepsWhatItDoesNotName) {
  EXPECT_EQ(result("cpu.max", "1.5", "max 200000"), "300000 200000");
  EXPECT_EQ(result("cpu.max", "quota=50000", "max 200000"), "50000 200000");
  EXPECT_EQ(result("cpu.max", "period=50000", "20000 100000"), "20000 50000");
  EXPECT_EQ(result("cpu.max", "period=50000", "max 100000"), "max 50000");
  EXPECT_EQ(result("cpu.max", "max", "20000 50000"), "max 50000");
  EXPECT_EQ(result("cpu.max", "cpus=0.5 period=50000", "max 100000"), "25000 50000");
  EXPECT_EQ(result("io.weight", "8:0 50", "default 300, 8:16 70"), "default 300, 8:0 50, 8:16 70");
  EXPECT_EQ(result("io.weight", "8:16 default", "default 300, 8:16 70"), "default 300");
  EXPECT_EQ(result("io.max", "8:0 wiops=5",
                   "8:0 rbps=100 wbps=max riops=max wiops=max, 8:16 rbps=7 wbps=max riops=max wiops=max"),
            "8:0 rbps=100 wbps=max riops=max wiops=5, 8:16 rbps=7 wbps=max riops=max wiops=max");
  EXPECT_EQ(result("io.max", "8:0 rbps=max", "8:0 rbps=100 wbps=max riops=max wiops=max"), "");
}

TEST(AWishApplied, IsAShareOfTheParentsLimit) {
  EXPECT_EQ(result("memory.max", "50%", "max", std::uint64_t{1073741824}), "536870912");
  EXPECT_EQ(result("memory.max", "100%", "max", std::uint64_t{INT64_MAX}), std::to_string(INT64_MAX));
  EXPECT_EQ(result("pids.max", "12.5%", "max", std::uint64_t{800}), "100");
  EXPECT_EQ(result("cpu.max", "50%", "max 100000", std::uint64_t{4000}), "200000 100000");
  EXPECT_TRUE(failed_with(resolved("memory.max", "50%", "max"), ErrorCode::invalid_argument));
  EXPECT_TRUE(failed_with(resolved("memory.max", "1%", "max", std::uint64_t{40960}), ErrorCode::out_of_range));
  EXPECT_TRUE(failed_with(resolved("pids.max", "1%", "max", std::uint64_t{10}), ErrorCode::out_of_range));
}

TEST(AWishApplied, IsRefusedWhenTheQuotaWouldBeLessThanTheKernelTakes) {
  EXPECT_TRUE(failed_with(resolved("cpu.max", "0.001", "max 100000"), ErrorCode::out_of_range));
  EXPECT_EQ(result("cpu.max", "0.001", "max 1000000"), "1000 1000000");
  EXPECT_EQ(result("cpu.max", "0.01", "max 100000"), "1000 100000");
}

TEST(AWishApplied, NeedsTheParentOnlyForAShare) {
  EXPECT_TRUE(needs_parent(parse_change(row("memory.max"), "50%").value()));
  EXPECT_TRUE(needs_parent(parse_change(row("cpu.max"), "50%").value()));
  EXPECT_FALSE(needs_parent(parse_change(row("memory.max"), "512M").value()));
  EXPECT_FALSE(needs_parent(parse_change(row("cpu.max"), "1.5").value()));
}

TEST(AWishApplied, NeedsWhatIsInForceOnlyWhereItSaysLessThanTheWholeValue) {
  const auto needed = [](std::string_view file, std::string_view wish) {
    return needs_in_force(parse_change(row(file), wish).value());
  };
  for (const auto* const part : {"1.5", "max", "quota=50000", "period=200000"}) EXPECT_TRUE(needed("cpu.max", part));
  EXPECT_TRUE(needed("io.weight", "8:0 50"));
  EXPECT_TRUE(needed("io.max", "8:0 wiops=5"));
  EXPECT_FALSE(needed("cpu.max", "50000 100000"));
  EXPECT_FALSE(needed("cpu.max", "cpus=0.5 period=50000"));
  EXPECT_FALSE(needed("memory.max", "50%"));
  EXPECT_FALSE(needed("cpuset.cpus", "0-3"));
}

TEST(WishesForOneLimit, AreJoinedWhenTheySpeakOfDifferentParts) {
  Changes changes;
  const Limit& cpu = row("cpu.max");
  ASSERT_OK(merge_change(changes, cpu, parse_change(cpu, "quota=50000").value(), "--cpu-quota"));
  ASSERT_OK(merge_change(changes, cpu, parse_change(cpu, "period=200000").value(), "--cpu-period"));
  EXPECT_EQ(print_change(changes.at(&cpu)), "50000 200000");
  const Limit& io = row("io.max");
  ASSERT_OK(merge_change(changes, io, parse_change(io, "8:0 rbps=1M").value(), "--device-read-bps"));
  ASSERT_OK(merge_change(changes, io, parse_change(io, "8:0 wbps=2M").value(), "--device-write-bps"));
  EXPECT_EQ(print_change(changes.at(&io)), "8:0 rbps=1048576 wbps=2097152");
}

TEST(WishesForOneLimit, AreRefusedWhenTheyContradict) {
  const Limit& cpu = row("cpu.max");
  Changes changes;
  ASSERT_OK(merge_change(changes, cpu, parse_change(cpu, "1.5").value(), "--cpus"));
  const auto refused = merge_change(changes, cpu, parse_change(cpu, "quota=50000").value(), "--cpu-quota");
  ASSERT_TRUE(failed_with(refused, ErrorCode::invalid_argument));
  EXPECT_NE(refused.error().message.find("--cpu-quota"), std::string::npos);
  EXPECT_EQ(print_change(changes.at(&cpu)), "1.5");
}

TEST(WishesForOneLimit, MayBeSaidTwiceAlike) {
  const Limit& memory = row("memory.max");
  Changes changes;
  ASSERT_OK(merge_change(changes, memory, parse_change(memory, "64M").value(), "--memory"));
  EXPECT_OK(merge_change(changes, memory, parse_change(memory, "65536K").value(), "--memory"));
  EXPECT_FALSE(merge_change(changes, memory, parse_change(memory, "65M").value(), "--memory"));
}

RC_GTEST_PROP(AnyWishForAValue, GivesThatValueWhateverIsInForce, ()) {
  const Limit& limit = generate::any_limit();
  const Value wanted = generate::value_of(limit);
  const Value in_force = generate::value_of(limit);
  // Devices that the wish does not name stay: only from nothing is the result the value itself.
  const bool by_device = limit.kind == ValueKind::device_max || limit.kind == ValueKind::device_weight;
  const auto result = resolve_change(limit, change_to(wanted), by_device ? unset_value(limit) : in_force, Unlimited{});
  RC_ASSERT(result.value() == wanted);
}

RC_GTEST_PROP(AnyWishThatNeedsNothingInForce, ComesToTheSameWhateverIsInForce, ()) {
  const Limit& limit = generate::any_limit();
  const Change wish = change_to(generate::value_of(limit));
  if (needs_in_force(wish)) return;
  const auto from_fresh = resolve_change(limit, wish, unset_value(limit), Unlimited{});
  RC_ASSERT(from_fresh.value() == resolve_change(limit, wish, generate::value_of(limit), Unlimited{}).value());
}

RC_GTEST_PROP(AnyNumberOfCPUs, KeepsThePeriodInForce, ()) {
  const auto in_force = generate::bandwidth();
  const auto millicores = *generate::number(1, 8'192'000);
  const BandwidthChange wish{.quota = Millicores{millicores}, .period_us = {}};
  const auto result = resolve_change(row("cpu.max"), Change(wish), Value(in_force), Unlimited{});
  const auto exact = millicores * in_force.period_us / 1000;
  if (exact < 1000) {
    RC_ASSERT(result.error().code == ErrorCode::out_of_range);
    return;
  }
  RC_ASSERT(std::get<Bandwidth>(result.value()).period_us == in_force.period_us);
  RC_ASSERT(std::get<Bandwidth>(result.value()).quota_us == exact);
}

RC_GTEST_PROP(AnyPeriod, LeavesTheQuotaInForce, ()) {
  const auto in_force = generate::bandwidth();
  const auto period = *generate::number(1'000, 1'000'000);
  const auto result = resolve_change(row("cpu.max"), Change(BandwidthChange{.quota = {}, .period_us = period}),
                                     Value(in_force), Unlimited{});
  RC_ASSERT(std::get<Bandwidth>(result.value()) == (Bandwidth{.quota_us = in_force.quota_us, .period_us = period}));
}

}  // namespace cgroupd
