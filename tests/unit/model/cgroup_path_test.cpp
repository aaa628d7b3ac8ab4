// Names of cgroups: what a name may be, and how names lie within each other.
#include "model/cgroup_path.h"

#include "support/named.h"
#include "support/properties.h"
#include "support/results.h"
#include "unit/model/generators.h"

namespace cgroupd {
namespace {

// Valid by construction: every alphabet character, no reserved beginning.
rc::Gen<std::string> component() {
  static const std::string first = "abcXYZ019_";
  static const std::string rest = first + ".:@+-";
  return rc::gen::exec([] {
    std::string text(1, *rc::gen::elementOf(first));
    text += *rc::gen::container<std::string>(rc::gen::elementOf(rest));
    return "n" + text.substr(0, 60);
  });
}

}  // namespace

TEST(AName, IsMadeOfPartsBetweenSlashes) {
  for (const auto* const good :
       {"web", "batch/nightly", "a/b/c/d", "podman:web", "user@1000", "x.y", "9lives", "_x", "a-b_c+d", "cpu", "memory",
        "cgroup", "cpuset-pool", "memoryx.max", "web.memory.max"}) {
    EXPECT_EQ(path(good).str(), good);
  }
}

TEST(AName, CannotLeaveTheTree) {
  for (const auto* const bad :
       {"..", ".", "../evil", "a/../b", "a/..", "./a", "a/.", "/", "/a", "//", "a//b", "a/", ""}) {
    EXPECT_TRUE(failed_with(CgroupPath::parse(bad), ErrorCode::invalid_argument)) << bad;
  }
}

TEST(AName, CannotBeAnInterfaceFile) {
  for (const auto* const bad :
       {"cgroup.procs", "memory.max", "cpu.max", "cpuset.cpus", "io.max", "pids.max", "hugetlb.2MB.max", "rdma.max",
        "misc.max", "a/cgroup.procs", "cgroup.procs/a", "memory.", "perf_event.x", "irq.pressure", "dmem.max"}) {
    EXPECT_TRUE(failed_with(CgroupPath::parse(bad), ErrorCode::invalid_argument)) << bad;
  }
}

TEST(AName, HasNoOtherCharacters) {
  for (const auto* const bad : {"a b", "a\tb", "a\nb", "web\n", "a\\b", "a*b", "ü", "-web", ".web", ":web", "@web",
                                "+web", "a;b", "a'b", "a\"b", "a$b", "a\x7f"}) {
    EXPECT_TRUE(failed_with(CgroupPath::parse(bad), ErrorCode::invalid_argument)) << bad;
  }
  EXPECT_TRUE(failed_with(CgroupPath::parse(std::string_view("a\0b", 3)), ErrorCode::invalid_argument));
}

TEST(AName, HasBounds) {
  EXPECT_OK(CgroupPath::parse(std::string(128, 'a')));
  EXPECT_FALSE(CgroupPath::parse(std::string(129, 'a')));
  std::string deep = "a";
  for (int i = 1; i < 16; ++i) deep += "/a";
  EXPECT_OK(CgroupPath::parse(deep));
  EXPECT_FALSE(CgroupPath::parse(deep + "/a"));
  std::string longest;
  for (int i = 0; i < 4; ++i) longest += std::string(127, 'a') + "/";
  EXPECT_OK(CgroupPath::parse(longest.substr(0, 511)));
  EXPECT_FALSE(CgroupPath::parse(longest + "aa"));
}

TEST(AName, ThatIsRefusedIsNamedInOneLine) {
  const auto refused = CgroupPath::parse("a\nb\x1b[31m");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find_first_of("\n\x1b"), std::string::npos) << refused.error().message;
  EXPECT_NE(CgroupPath::parse("../evil").error().message.find("'../evil'"), std::string::npos);
  EXPECT_NE(CgroupPath::parse("cgroup.procs").error().message.find("cgroup."), std::string::npos);
}

TEST(AName, KnowsItsParents) {
  const auto deep = path("a/b/c");
  EXPECT_EQ(deep.name(), "c");
  EXPECT_EQ(deep.parent(), path("a/b"));
  EXPECT_EQ(path("a").parent(), CgroupPath());
  EXPECT_EQ(CgroupPath().parent(), CgroupPath());
  EXPECT_EQ(deep.ancestors(), (std::vector<CgroupPath>{CgroupPath(), path("a"), path("a/b")}));
  EXPECT_EQ(deep.depth(), 3U);
  EXPECT_EQ(CgroupPath().depth(), 0U);
  EXPECT_TRUE(CgroupPath().ancestors().empty());
  EXPECT_TRUE(CgroupPath().is_root());
}

TEST(AName, ContainsWhatLiesBeneath) {
  EXPECT_TRUE(path("a").contains(path("a")));
  EXPECT_TRUE(path("a").contains(path("a/b")));
  EXPECT_FALSE(path("a").contains(path("ab")));
  EXPECT_FALSE(path("a/b").contains(path("a")));
  EXPECT_TRUE(CgroupPath().contains(path("x")));
  EXPECT_FALSE(path("x").contains(CgroupPath()));
}

TEST(AName, TakesOnlyOneGoodPartAsAChild) {
  EXPECT_EQ(CgroupPath().child("a").value(), path("a"));
  EXPECT_EQ(path("a").child("b").value(), path("a/b"));
  for (const auto* const bad : {"", "..", "/", "memory.max", "/b"}) EXPECT_FALSE(path("a").child(bad)) << bad;
}

// "One more component": a slash would smuggle in two.
TEST(AName, TakesNoSlashInAChild) {
  EXPECT_FALSE(path("a").child("b/c"));
}

RC_GTEST_PROP(AnyName, ThatIsAcceptedIsSafe, ()) {
  const auto text =
      *rc::gen::oneOf(generate::nasty_text(),
                      rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab./../memory.cgroup.procs:@"))));
  const auto parsed = CgroupPath::parse(text);
  if (!parsed) {
    RC_ASSERT(parsed.error().code == ErrorCode::invalid_argument);
    RC_ASSERT(parsed.error().message.find_first_of("\n\x1b") == std::string::npos);
    return;
  }
  RC_ASSERT(parsed->str() == text);
  RC_ASSERT(!parsed->is_root() && text.size() <= CgroupPath::max_length && parsed->depth() <= CgroupPath::max_depth);
  const std::string slashed = "/" + text + "/";
  for (const auto* const never : {"//", "/./", "/../", "/cgroup.", "/memory.", "/cpu.", "/pids.", "/io.", "/cpuset."}) {
    RC_ASSERT(slashed.find(never) == std::string::npos);
  }
}

RC_GTEST_PROP(AnyName, IsParsedTheSameAgain, ()) {
  const auto levels = *rc::gen::inRange<std::size_t>(1, 8);
  const auto parts = *rc::gen::container<std::vector<std::string>>(levels, component());
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : "/") + part;
  const auto once = CgroupPath::parse(text);
  RC_ASSERT(once.has_value());
  RC_ASSERT(CgroupPath::parse(once->str()).value() == *once);
  RC_ASSERT(once->parent().child(once->name()).value() == *once);
  RC_ASSERT(once->ancestors().size() == parts.size());
  for (const auto& above : once->ancestors()) RC_ASSERT(above.contains(*once) && !once->contains(above));
}

}  // namespace cgroupd
