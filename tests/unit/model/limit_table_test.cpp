// The limit table as a whole: nothing twice, nothing missing, nothing that contradicts itself.
#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "model/limit_change.h"
#include "model/limits.h"
#include "support/results.h"

namespace cgroupd {
namespace {

constexpr ValueKind numeric[] = {ValueKind::bytes, ValueKind::count, ValueKind::microseconds, ValueKind::weight,
                                 ValueKind::flag};

bool is_number(const Limit& limit) {
  return std::ranges::find(numeric, limit.kind) != std::end(numeric);
}

}  // namespace

TEST(TheLimitTable, HasTheRowsOfTheFirstIssue) {
  for (const auto* const file :
       {"memory.max", "memory.high", "memory.low", "memory.min", "memory.swap.max", "memory.oom.group", "cpu.max",
        "cpu.max.burst", "cpu.weight", "cpu.idle", "pids.max", "cpuset.cpus", "cpuset.mems", "io.weight", "io.max"}) {
    ASSERT_NE(find_limit(file), nullptr) << file;
    EXPECT_EQ(find_limit(file)->file, file);
  }
}

TEST(TheLimitTable, NamesEachFileOnce) {
  std::set<std::string_view> files;
  for (const auto& limit : all_limits()) EXPECT_TRUE(files.insert(limit.file).second) << limit.file;
}

TEST(TheLimitTable, NamesEachFlagAliasAndLetterOnce) {
  std::set<std::string_view> names;
  std::set<char> letters;
  for (const auto& limit : all_limits()) {
    EXPECT_FALSE(limit.flags.empty()) << limit.file;
    for (const auto& flag : limit.flags) {
      EXPECT_TRUE(names.insert(flag.name).second) << flag.name;
      if (!flag.alias.empty()) {
        EXPECT_TRUE(names.insert(flag.alias).second) << flag.alias;
      }
      if (flag.letter != '\0') {
        EXPECT_TRUE(letters.insert(flag.letter).second) << flag.letter;
      }
    }
  }
}

TEST(TheLimitTable, NamesEachMetricOnceAsPrometheusWantsIt) {
  std::set<std::string_view> names;
  for (const auto& limit : all_limits()) {
    EXPECT_FALSE(limit.metrics.empty()) << limit.file;
    for (const auto& metric : limit.metrics) {
      EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
      EXPECT_TRUE(metric.name.starts_with("cgroup_")) << metric.name;
      EXPECT_TRUE(std::ranges::all_of(metric.name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }))
          << metric.name;
      EXPECT_FALSE(metric.name.ends_with("_total")) << metric.name << ": a limit is a gauge";
      EXPECT_FALSE(metric.help.empty()) << metric.name;
    }
  }
}

TEST(TheLimitTable, ExplainsEverything) {
  for (const auto& limit : all_limits()) {
    EXPECT_FALSE(limit.help.empty()) << limit.file;
    EXPECT_FALSE(limit.since.empty()) << limit.file;
    EXPECT_TRUE(limit.file.starts_with(std::string(limit.controller) + ".")) << limit.file;
    for (const auto& flag : limit.flags) {
      EXPECT_FALSE(flag.help.empty()) << flag.name;
      EXPECT_FALSE(flag.placeholder.empty()) << flag.name;
    }
  }
}

TEST(TheLimitTable, HasNoFlagThatTheCommandLineKeepsForItself) {
  for (const auto* const word : {"help", "json", "user", "system", "host", "plan", "force", "for", "within", "runtime",
                                 "set", "if-absent", "kill", "quiet", "version"}) {
    EXPECT_EQ(find_flag(word).limit, nullptr) << word;
  }
}

TEST(TheLimitTable, HasOneRowForEachRoleButPlain) {
  std::multiset<Role> roles;
  for (const auto& limit : all_limits()) roles.insert(limit.role);
  for (const auto role :
       {Role::hard_max, Role::soft_max, Role::swap_room, Role::quota, Role::burst, Role::idle, Role::weight})
    EXPECT_EQ(roles.count(role), 1U);
}

TEST(TheLimitTable, SaysWhatAFreshCgroupHas) {
  for (const auto& limit : all_limits()) {
    const auto value = parse_value(limit, limit.unset);
    ASSERT_OK(value);
    EXPECT_EQ(*value, unset_value(limit)) << limit.file;
    EXPECT_EQ(print_value(*value), limit.unset) << limit.file;
    if (limit.unset == "max") {
      EXPECT_TRUE(limit.may_be_max) << limit.file;
    }
  }
}

TEST(TheLimitTable, HasRangesThatHoldWhatIsUnset) {
  for (const auto& limit : all_limits()) {
    EXPECT_LE(limit.least, limit.most) << limit.file;
    if (!is_number(limit)) continue;
    const auto value = unset_value(limit);
    const auto* const number = std::get_if<std::uint64_t>(&std::get<Amount>(value));
    if (number == nullptr) continue;
    EXPECT_GE(*number, limit.least) << limit.file;
    EXPECT_LE(*number, limit.most) << limit.file;
  }
}

TEST(TheLimitTable, EndsItsRangesWhereTheGrammarDoes) {
  for (const auto& limit : all_limits()) {
    if (!is_number(limit) || limit.kind == ValueKind::flag) continue;
    SCOPED_TRACE(limit.file);
    EXPECT_OK(parse_change(limit, std::to_string(limit.least)));
    EXPECT_OK(parse_change(limit, std::to_string(limit.most)));
    if (limit.least > 0) {
      EXPECT_TRUE(failed_with(parse_change(limit, std::to_string(limit.least - 1)), ErrorCode::out_of_range));
    }
    EXPECT_TRUE(failed_with(parse_change(limit, std::to_string(limit.most + 1)), ErrorCode::out_of_range));
    EXPECT_EQ(parse_change(limit, "max").has_value(), limit.may_be_max);
  }
}

TEST(TheLimitTable, IsFoundByFlagAndAlias) {
  EXPECT_EQ(find_flag("memory").limit->file, "memory.max");
  EXPECT_EQ(find_flag("cpus").limit->file, "cpu.max");
  EXPECT_EQ(find_flag("pids-limit").limit->file, "pids.max");
  EXPECT_EQ(find_flag("memory-reservation").limit->file, "memory.low");
  EXPECT_EQ(find_flag("nosuch").limit, nullptr);
  EXPECT_EQ(find_flag("").limit, nullptr);
  for (const auto& limit : all_limits()) {
    for (const auto& flag : limit.flags) {
      EXPECT_EQ(find_flag(flag.name).limit, &limit);
      EXPECT_EQ(find_flag(flag.name).flag, &flag);
      if (!flag.alias.empty()) {
        EXPECT_EQ(find_flag(flag.alias).flag, &flag);
      }
    }
  }
}

TEST(TheLimitTable, SuggestsWhatWasMeant) {
  EXPECT_EQ(require_limit("memory.max").value()->file, "memory.max");
  const auto near = require_limit("memory.mxa");
  ASSERT_TRUE(failed_with(near, ErrorCode::unknown_limit));
  EXPECT_NE(near.error().message.find("memory.mxa"), std::string::npos);
  EXPECT_NE(near.error().hint.find("memory.max"), std::string::npos);
  EXPECT_FALSE(require_limit("banana").error().hint.empty());
}

TEST(TheLimitTable, TakesAnyNameOfALimit) {
  for (const auto* const name : {"memory.max", "memory", "--memory"})
    EXPECT_EQ(find_limit_by_any_name(name).value()->file, "memory.max") << name;
  EXPECT_TRUE(failed_with(find_limit_by_any_name("--memroy"), ErrorCode::unknown_limit));
  EXPECT_NE(find_limit_by_any_name("--memroy").error().hint.find("memory"), std::string::npos);
}

// Else unsetting it would lift what nobody named: the quota with the period, writes with reads.
TEST(TheLimitTable, TakesNoPartForTheWholeLimit) {
  for (const auto* const whole : {"cpus", "--cpu-quota", "--cpu-shares"})
    EXPECT_TRUE(find_limit_by_any_name(whole)) << whole;
  for (const auto* const part : {"cpu-period", "--device-read-bps", "--device-write-iops"})
    EXPECT_TRUE(failed_with(find_limit_by_any_name(part), ErrorCode::invalid_argument)) << part;
}

}  // namespace cgroupd
