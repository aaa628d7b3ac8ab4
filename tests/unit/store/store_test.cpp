// What is committed comes back as it was; what is damaged is not touched.
#include "store/store.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>

#include <fcntl.h>
#include <gmock/gmock.h>

#include "cgroupfs/file_descriptor.h"
#include "store/intents.h"
#include "support/managed_world.h"
#include "support/named.h"
#include "support/results.h"
#include "unit/model/generators.h"

namespace cgroupd {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const Moment now{.boot = 1h, .wall = 24h * 365 * 50};

TEST(TheStore, RefusesASecondDaemon) {
  const TemporaryDirectory directory;
  const auto first = open_store(directory);
  const auto second = Store::open(directory.path(), "boot");
  EXPECT_TRUE(failed_with(second, ErrorCode::busy));
}

// Without it, whoever opens and closes the database beside us (sqlite3(1)) believes to be the last one, and deletes the
// log we go on writing to.
TEST(TheStore, HoldsALockOnItsDatabase) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  const FileDescriptor file(::open((directory.path() + "/state.db").c_str(), O_RDWR | O_CLOEXEC));
  struct flock lock {};
  lock.l_type = F_WRLCK;
  ASSERT_EQ(::fcntl(file.get(), F_OFD_GETLK, &lock), 0);
  EXPECT_EQ(lock.l_type, F_RDLCK);
}

TEST(TheStore, IsForItsOwnerOnly) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    EXPECT_EQ(entry.status().permissions() & others, std::filesystem::perms::none) << entry.path();
  }
}

TEST(TheStore, RefusesADamagedFileAndLeavesItAlone) {
  const TemporaryDirectory directory;
  const std::string file = directory.path() + "/state.db";
  std::ofstream(file) << std::string(8192, 'x');
  const auto store = Store::open(directory.path(), "boot");
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().text(), HasSubstr(file));
  EXPECT_EQ(std::filesystem::file_size(file), 8192U);
}

TEST(TheStore, RefusesANewerOne) {
  const TemporaryDirectory directory;
  open_store(directory);
  auto database = Database::open(directory.path() + "/state.db");
  ASSERT_OK(database);
  ASSERT_OK((*database)->run("PRAGMA user_version=99"));
  database->reset();
  EXPECT_TRUE(failed_with(Store::open(directory.path(), "boot"), ErrorCode::unsupported));
}

TEST(TheStore, KeepsAtMostSoMuchHistory) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  const CgroupPath web = path("web");
  for (const std::uint64_t id : {std::uint64_t{1}, Store::most_entries + 1})
    ASSERT_OK(store->commit({.cgroups = {}, .entry = HistoryEntry{.id = id, .made = {web}}}, now));
  EXPECT_FALSE(store->entry(1).value());
  EXPECT_TRUE(store->entry(Store::most_entries + 1).value());
}

TEST(TheStore, KeepsAtMostSoManyBytesOfHistory) {
  const TemporaryDirectory directory;
  auto store = open_store(directory);
  const auto large = [](std::uint64_t id) {
    HistoryEntry entry{.id = id};
    constexpr std::size_t names = 8500;  // about 4 MB
    const std::string level(120, 'x');
    entry.made.assign(names, path(level + "/" + level + "/" + level + "/" + level));
    return entry;
  };
  constexpr std::uint64_t half = 6;
  for (std::uint64_t id = 1; id <= 2 * half; ++id) {
    ASSERT_OK(store->commit({.cgroups = {}, .entry = large(id)}, now));
    if (id == half) {
      store.reset();
      store = open_store(directory);
    }
  }
  EXPECT_TRUE(store->entry(2 * half).value());
  EXPECT_TRUE(store->entry(2 * half - 1).value());
  EXPECT_FALSE(store->entry(half).value());
  EXPECT_LT(std::filesystem::file_size(directory.path() + "/state.db-wal") +
                std::filesystem::file_size(directory.path() + "/state.db"),
            static_cast<std::uintmax_t>(8 * Store::most_bytes));
}

TEST(TheStore, ForgetsTheEntryOfAChangeThatWasTakenBack) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  ASSERT_OK(store->commit({.cgroups = {}, .entry = HistoryEntry{.id = 1, .made = {path("web")}}}, now));
  ASSERT_OK(store->commit({.cgroups = {}, .entry = {}, .forgotten = 1}, now));
  EXPECT_FALSE(store->entry(1).value());
}

TEST(TheStore, GoesOnAfterACommitThatFailed) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  HistoryEntry entry{.id = 1, .who = {.uid = 1000, .pid = 7, .unit = "a.service", .command = "cgctl"}};
  ASSERT_OK(store->commit({.cgroups = {}, .entry = entry}, now));
  EXPECT_FALSE(store->commit({.cgroups = {}, .entry = entry}, now)) << "the same number twice";
  entry.id = 2;
  ASSERT_OK(store->commit({.cgroups = {}, .entry = entry}, now)) << "a failed transaction leaves nothing behind";
  EXPECT_EQ(store->entry(2).value()->who, entry.who);
}

TEST(AnIntent, ComesBackUnlessItWasEnded) {
  const TemporaryDirectory directory;
  auto intents = Intents::open(directory.path(), "boot").value();
  const Intent intent{.id = 7,
                      .undo = {{.cgroup = path("a_b"), .limit = find_limit("cpu.max"), .value = Bandwidth{}}},
                      .made = {path("c"), path("c/d")}};
  ASSERT_OK(intents.begin(intent));
  ASSERT_OK(intents.begin({.id = 8}));
  intents.end(8);
  EXPECT_THAT(Intents::open(directory.path(), "boot")->left_behind().value(), testing::ElementsAre(intent));
  EXPECT_TRUE(Intents::open(directory.path(), "another boot")->left_behind()->empty());
}

TEST(AnIntent, ThatWasCutShortIsNone) {
  const TemporaryDirectory directory;
  auto intents = Intents::open(directory.path(), "boot").value();
  ASSERT_OK(intents.begin({.id = 7, .undo = {}, .made = {path("c")}}));
  const std::string file = directory.path() + "/intents/0";
  const auto whole = std::filesystem::file_size(file);
  for (std::uintmax_t size = 0; size < whole; ++size) {
    std::filesystem::resize_file(file, size);
    EXPECT_TRUE(Intents::open(directory.path(), "boot")->left_behind()->empty()) << size;
  }
}

TEST(AnIntent, IsNotedWhereALongerOneEnded) {
  const TemporaryDirectory directory;
  auto intents = Intents::open(directory.path(), "boot").value();
  ASSERT_OK(intents.begin({.id = 7, .undo = {}, .made = {path("c"), path("c/d"), path("c/d/e")}}));
  intents.end(7);
  const Intent shorter{.id = 8, .undo = {}, .made = {path("x")}};
  ASSERT_OK(intents.begin(shorter));
  auto next = Intents::open(directory.path(), "boot").value();
  EXPECT_THAT(next.left_behind().value(), testing::ElementsAre(shorter));
  next.end(8);
  EXPECT_TRUE(Intents::open(directory.path(), "boot")->left_behind()->empty());
}

TEST(ManyIntents, AreAllKeptAndLeaveFewFiles) {
  const TemporaryDirectory directory;
  auto intents = Intents::open(directory.path(), "boot").value();
  constexpr std::uint64_t many = 40;
  for (std::uint64_t id = 1; id <= many; ++id) ASSERT_OK(intents.begin({.id = id}));
  intents.end(3);
  EXPECT_EQ(Intents::open(directory.path(), "boot")->left_behind()->size(), many - 1);
  for (std::uint64_t id = 1; id <= many; ++id) intents.end(id);
  EXPECT_TRUE(Intents::open(directory.path(), "boot")->left_behind()->empty());
  const std::filesystem::directory_iterator files(directory.path() + "/intents");
  EXPECT_LE(std::distance(begin(files), end(files)), 8);
}

// What a daemon that dies at this moment leaves to the next.
class AfterDeath : public testing::Test {
 protected:
  AfterDeath() : store_(open_store(directory_)) {}
  /// The state directory as it is now, in one of its own.
  static void copy(const TemporaryDirectory& from, const TemporaryDirectory& to) {
    for (const auto* const file : {"state.db", "state.db-wal", "state.journal"})
      std::filesystem::copy_file(from.path() + "/" + file, to.path() + "/" + file,
                                 std::filesystem::copy_options::overwrite_existing);
  }
  static Record pids(std::uint64_t id, std::uint64_t most, bool durable) {
    const Limit& limit = row("pids.max");
    DesiredCgroup desired;
    desired.state(limit, durable ? Origin::user : Origin::runtime, Value(Amount(most)));
    HistoryEntry entry{.id = id, .who = {.uid = 1000, .pid = 7, .unit = "a\tb.service", .command = "two\nlines"}};
    entry.changes.push_back({.cgroup = path("web"),
                             .limit = &limit,
                             .before = Value(Amount(std::uint64_t{1})),
                             .after = Value(Amount(most)),
                             .stated_before = false});
    Record record{.durable = durable};
    record.cgroups.emplace(path("web"), std::move(desired));
    record.entry = std::move(entry);
    return record;
  }
  static Amount stated(Store& store) {
    const auto state = store.load(now).value();
    const auto web = state.find(path("web"));
    if (web == state.end()) return std::uint64_t{0};
    return std::get<Amount>(*web->second.standing(row("pids.max"))->value);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

TEST_F(AfterDeath, WhatWasNotedIsThere) {
  constexpr std::uint64_t many = 600;  // more than the journal holds
  for (std::uint64_t id = 1; id <= many; ++id) ASSERT_OK(store_->commit(pids(id, id, false), now));
  const TemporaryDirectory left;
  copy(directory_, left);
  const auto next = open_store(left);
  EXPECT_EQ(stated(*next), Amount(many));
  const auto history = next->history({.before = {}, .most = 1000}).value();
  ASSERT_EQ(history.size(), many);
  EXPECT_EQ(history.front().who.command, "two\nlines");
  EXPECT_EQ(history.front().who.unit, "a\tb.service");
  EXPECT_EQ(next->next_entry(), many + 1);
}

TEST_F(AfterDeath, TheHistoryIsReadAPageAtATime) {
  constexpr std::uint64_t many = 30;
  for (std::uint64_t i = 1; i <= many; ++i) {
    const std::uint64_t id = store_->next_entry();
    Record record = pids(id, id, false);
    if (id == 3) record.entry->changes.front().cgroup = path("db");
    ASSERT_OK(store_->commit(record, now));
  }
  HistoryQuery query{.cgroup = path("db"), .most = 2};
  for (const std::uint64_t oldest : {21U, 11U}) {
    const auto page = store_->history_page(query, 10).value();
    EXPECT_TRUE(page.entries.empty());
    ASSERT_EQ(page.older, oldest);
    query.before = page.older;
  }
  const auto last = store_->history_page(query, 10).value();
  ASSERT_EQ(last.entries.size(), 1U);
  EXPECT_EQ(last.entries.front().id, 3U);
  EXPECT_EQ(store_->history_page({.before = last.older}, 10)->older, std::nullopt) << "there is none before the first";

  const auto enough = store_->history_page({.most = 10}, 10).value();
  EXPECT_EQ(enough.entries.size(), 10U);
  EXPECT_EQ(enough.older, std::nullopt) << "more was not asked for";
}

TEST_F(AfterDeath, ANoteThatTheDatabaseHasIsNotPutOverWhatCameLater) {
  ASSERT_OK(store_->commit(pids(1, 11, false), now));
  const TemporaryDirectory before;
  copy(directory_, before);
  ASSERT_OK(store_->commit(pids(2, 22, true), now));
  const TemporaryDirectory left;
  copy(directory_, left);
  // The daemon died between the commit and the journal's end.
  std::filesystem::copy_file(before.path() + "/state.journal", left.path() + "/state.journal",
                             std::filesystem::copy_options::overwrite_existing);
  const auto next = open_store(left);
  EXPECT_EQ(stated(*next), Amount(std::uint64_t{22}));
  EXPECT_EQ(next->history({.before = {}, .most = 10})->size(), 2U);
}

TEST_F(AfterDeath, ANoteThatWasCutShortIsNone) {
  ASSERT_OK(store_->commit(pids(1, 11, false), now));
  const auto first = std::filesystem::file_size(directory_.path() + "/state.journal");
  ASSERT_OK(store_->commit(pids(2, 22, false), now));
  const auto both = std::filesystem::file_size(directory_.path() + "/state.journal");
  for (auto size = first; size < both; size += 7) {
    const TemporaryDirectory left;
    copy(directory_, left);
    std::filesystem::resize_file(left.path() + "/state.journal", size);
    EXPECT_EQ(stated(*open_store(left)), Amount(std::uint64_t{11})) << size;
  }
}

TEST_F(AfterDeath, WhatAnEndingDaemonNotedIsInTheDatabase) {
  ASSERT_OK(store_->commit(pids(1, 11, false), now));
  store_.reset();
  EXPECT_EQ(std::filesystem::file_size(directory_.path() + "/state.journal"), 0U);
  EXPECT_EQ(stated(*open_store(directory_)), Amount(std::uint64_t{11}));
}

TEST_F(AfterDeath, TheJournalEndsWhereTheOtherThreadKeepsUp) {
  const std::string journal = directory_.path() + "/state.journal";
  std::uintmax_t longest = 0;
  std::uintmax_t last = 0;
  int ended = 0;
  for (std::uint64_t id = 1; id <= 2000; ++id) {
    ASSERT_OK(store_->commit(pids(id, id, false), now));
    if (store_->wants_put()) {
      ASSERT_OK(store_->put(store_->take_noted()));
    }
    const auto size = std::filesystem::file_size(journal);
    if (size < last) ++ended;
    longest = std::max(longest, size);
    last = size;
  }
  EXPECT_GT(ended, 4);
  EXPECT_LT(longest, 200'000U);
}

TEST_F(AfterDeath, WhatAnotherThreadPutsMeanwhileIsThereOnce) {
  constexpr std::uint64_t many = 3000;
  std::future<Result<void>> other;
  for (std::uint64_t id = 1; id <= many; ++id) {
    ASSERT_OK(store_->commit(pids(id, id, id % 500 == 0), now));
    const bool is_free = !other.valid() || other.wait_for(0s) == std::future_status::ready;
    if (!is_free || !store_->wants_put()) continue;
    if (other.valid()) {
      ASSERT_OK(other.get());
    }
    other =
        std::async(std::launch::async, [&store = *store_, noted = store_->take_noted()] { return store.put(noted); });
  }
  if (other.valid()) {
    ASSERT_OK(other.get());
  }
  const TemporaryDirectory left;
  copy(directory_, left);
  const auto next = open_store(left);
  EXPECT_EQ(stated(*next), Amount(many));
  EXPECT_EQ(next->history({.before = {}, .most = 2 * many})->size(), many);
}

TEST_F(AfterDeath, WhatCouldNotBePutInTimeIsNotLostWhereLaterNotesCould) {
  std::uint64_t id = 1;
  const auto note_some = [&] {
    while (!store_->wants_put()) {
      ASSERT_OK(store_->commit(pids(id, id, false), now));
      ++id;
    }
  };
  note_some();
  {
    const auto stranger = Database::open(directory_.path() + "/state.db").value();
    ASSERT_OK(stranger->run("BEGIN IMMEDIATE"));
    EXPECT_FALSE(store_->put(store_->take_noted()));
    ASSERT_OK(stranger->run("ROLLBACK"));
  }
  note_some();
  ASSERT_OK(store_->put(store_->take_noted()));
  const TemporaryDirectory left;
  copy(directory_, left);
  EXPECT_EQ(open_store(left)->history({.before = {}, .most = 1000})->size(), id - 1);
}

// Whoever brings what was noted to the database, in time, late, twice or not at all.
RC_GTEST_FIXTURE_PROP(AfterDeath, AnyWayOfPuttingLosesNothing, ()) {
  std::vector<std::string> taken;
  std::uint64_t last = 0;
  for (int steps = *rc::gen::inRange(1, 20); steps > 0; --steps) {
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
        RC_ASSERT(store_->commit(pids(last + 1, last + 1, true), now).has_value()), ++last;
        break;
      case 1:
        for (int i = *rc::gen::inRange(1, 150); i > 0; --i, ++last)
          RC_ASSERT(store_->commit(pids(last + 1, last + 1, false), now).has_value());
        break;
      case 2:
        RC_ASSERT(store_->commit(pids(last + 1, last + 1, false), now).has_value()), ++last;
        taken.push_back(store_->take_noted());
        break;
      case 3:
        if (taken.empty()) break;
        RC_ASSERT(store_->put(*rc::gen::arbitrary<bool>() ? taken.front() : taken.back()).has_value());
        break;
      case 4:
        if (!taken.empty()) taken.erase(taken.begin());
        break;
      default:
        RC_ASSERT(store_->history({.before = {}, .most = 1}).has_value());
    }
  }
  const TemporaryDirectory left;
  copy(directory_, left);
  const auto next = open_store(left);
  RC_ASSERT(stated(*next) == Amount(last));
  RC_ASSERT(next->history({.before = {}, .most = Store::most_entries})->size() == last);
}

Value any_value(const Limit& limit) {
  return generate::value_of(limit);
}

DesiredCgroup any_desired() {
  DesiredCgroup desired;
  if (*rc::gen::arbitrary<bool>()) desired.made_by = *rc::gen::element(Origin::user, Origin::file);
  if (*rc::gen::arbitrary<bool>()) desired.drift = *rc::gen::element(DriftPolicy::report, DriftPolicy::adopt);
  for (const auto& limit : all_limits()) {
    if (*rc::gen::arbitrary<bool>()) continue;
    const int statements = *rc::gen::inRange(1, 4);
    for (int i = 0; i < statements; ++i) {
      const Origin origin = *rc::gen::element(Origin::file, Origin::user, Origin::runtime, Origin::lease);
      const Value value = any_value(limit);
      if (origin == Origin::lease) {
        desired.lease(limit, value, std::chrono::minutes(*rc::gen::inRange(61, 1000)), any_value(limit));
      } else {
        desired.state(limit, origin, value);
      }
    }
  }
  return desired;
}

}  // namespace

RC_GTEST_PROP(AnyDesiredState, ComesBackAsItWasCommitted, ()) {
  const TemporaryDirectory directory;
  DesiredState state;
  {
    const auto store = open_store(directory);
    for (const auto* const name : {"a", "a/b", "d-e.f"}) {
      const DesiredCgroup desired = *rc::gen::noShrink(rc::gen::exec(any_desired));
      RC_ASSERT(store->commit({.cgroups = {{path(name), desired}}, .entry = {}}, now).has_value());
      if (!desired.empty()) state.emplace(path(name), desired);
    }
  }
  const auto loaded = open_store(directory)->load(now);
  RC_ASSERT(loaded.has_value());
  RC_ASSERT(*loaded == state);
}

RC_GTEST_PROP(AnyDesiredState, IsKnownOfBeforeAChangeAsItWasThen, ()) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  FormerCgroups former;
  for (const auto* const name : {"a", "a/b", "d-e.f"}) {
    Former was{.desired = *rc::gen::noShrink(rc::gen::exec(any_desired))};
    if (*rc::gen::arbitrary<bool>()) was.owner = *rc::gen::arbitrary<std::uint32_t>();
    if (!was.desired.empty() || was.owner) former.emplace(path(name), std::move(was));
  }
  const auto id = store->next_entry();
  const HistoryEntry entry{.id = id, .made = {path("a")}, .removed = {path("d-e.f")}};
  RC_ASSERT(store->commit({.cgroups = {}, .entry = entry, .former = former}, now).has_value());
  RC_ASSERT(store->former(id, now).value() == former);
  RC_ASSERT(store->former(id + 1, now).value().empty());
  const auto told = store->entry(id);
  RC_ASSERT(told.has_value() && told->has_value());
  RC_ASSERT(**told == entry);
}

RC_GTEST_PROP(AnyStatements, StandByTheRuleThatTheLastOneDoes, ()) {
  const Limit& limit = *find_limit("pids.max");
  DesiredCgroup desired;
  std::optional<std::uint64_t> durable;
  const int count = *rc::gen::inRange(1, 12);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t number = *rc::gen::inRange<std::uint64_t>(1, 1000);
    const Origin origin = *rc::gen::element(Origin::file, Origin::user, Origin::runtime, Origin::lease);
    if (origin == Origin::lease) {
      desired.lease(limit, Value(Amount(number)), std::chrono::microseconds(i + 1), Value(Amount(std::uint64_t{5})));
    } else {
      desired.state(limit, origin, Value(Amount(number)));
      if (origin != Origin::runtime) durable = number;
    }
    RC_ASSERT(*desired.standing(limit)->value == Value(Amount(number)));
  }
  desired.forget(Origin::lease);
  desired.forget(Origin::runtime);
  const Statement* const left = desired.standing(limit);
  RC_ASSERT((left != nullptr) == durable.has_value());
  if (durable) RC_ASSERT(*left->value == Value(Amount(*durable)));
}

}  // namespace cgroupd
