// Notes come back as they were written, whatever the file ends with.
#include "store/journal.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "store/own_file.h"
#include "support/properties.h"
#include "support/results.h"
#include "support/state.h"

namespace cgroupd {
namespace {

using Written = std::vector<std::string>;  // one note's fields

Texts texts_of(const Written& fields) {
  Texts texts;
  for (const auto& field : fields) texts.add(field);
  return texts;
}

std::vector<Journal::Note> notes_of(const std::vector<Written>& written, std::size_t count) {
  std::vector<Journal::Note> notes;
  for (std::size_t i = 0; i < count; ++i) notes.push_back({.number = i + 1, .fields = texts_of(written[i])});
  return notes;
}

// What the file holds afterwards.
std::string write_all(const std::string& file, const std::vector<Written>& written) {
  auto journal = Journal::open(file);
  RC_ASSERT(journal.has_value());
  std::uint64_t number = 0;
  for (const auto& fields : written) RC_ASSERT(journal->add(++number, texts_of(fields)).has_value());
  RC_ASSERT(journal->notes() == notes_of(written, written.size()));
  const auto whole = OwnFile::open(file).and_then([](const OwnFile& opened) { return opened.whole(); });
  RC_ASSERT(whole.has_value());
  return *whole;
}

void overwrite(const std::string& file, std::string_view text) {
  std::ofstream(file, std::ios::binary | std::ios::trunc).write(text.data(), static_cast<std::streamsize>(text.size()));
}

RC_GTEST_PROP(AnyTexts, AreKeptInTheirOrder, (const Written& written)) {
  const Texts texts = texts_of(written);
  RC_ASSERT(texts.size() == written.size());
  Written each;
  texts.each([&](std::string_view text) { each.emplace_back(text); });
  RC_ASSERT(each == written);
  std::size_t length = 0;
  for (std::size_t i = 0; i < written.size(); ++i) {
    RC_ASSERT(texts[i] == written[i]);
    length += written[i].size();
  }
  RC_ASSERT(texts.length() == length);
}

RC_GTEST_PROP(AnyNotes, AreThereWhenTheJournalIsOpenedAgain, (const std::vector<Written>& written)) {
  const TemporaryDirectory directory;
  const std::string file = directory.path() + "/journal";
  write_all(file, written);
  const auto again = Journal::open(file);
  RC_ASSERT(again.has_value());
  RC_ASSERT(again->size() == written.size());
  RC_ASSERT(again->notes() == notes_of(written, written.size()));
}

// Cut short at any byte: the notes that are whole are there, the rest is gone, and the next one is read back, too.
RC_GTEST_PROP(AnyNotes, ThatAreWholeOutliveOneThatIsNot, (const std::vector<Written>& written)) {
  const TemporaryDirectory directory;
  const std::string file = directory.path() + "/journal";
  const std::string whole = write_all(file, written);
  const std::size_t left = *rc::gen::inRange<std::size_t>(0, whole.size() + 1);
  overwrite(file, std::string_view(whole).substr(0, left));
  auto journal = Journal::open(file);
  RC_ASSERT(journal.has_value());
  const std::size_t kept = journal->size();
  RC_ASSERT((kept == written.size()) == (left == whole.size()));
  RC_ASSERT(journal->notes() == notes_of(written, kept));
  RC_ASSERT(std::filesystem::file_size(file) <= left);

  const Written next = {"after", "", "a\ndeath"};
  RC_ASSERT(journal->add(kept + 1, texts_of(next)).has_value());
  auto expected = notes_of(written, kept);
  expected.push_back({.number = kept + 1, .fields = texts_of(next)});
  const auto again = Journal::open(file);
  RC_ASSERT(again.has_value());
  RC_ASSERT(again->notes() == expected);
}

RC_GTEST_PROP(AnyBytes, BehindANoteAreNotTakenForOne, (const Written& written, const std::string& bytes)) {
  const TemporaryDirectory directory;
  const std::string file = directory.path() + "/journal";
  const std::string whole = write_all(file, {written});
  overwrite(file, whole + "x" + bytes);
  const auto journal = Journal::open(file);
  RC_ASSERT(journal.has_value());
  RC_ASSERT(journal->notes() == notes_of({written}, 1));
  RC_ASSERT(std::filesystem::file_size(file) == whole.size());
}

TEST(AJournal, IsEmptyWhenItIsCleared) {
  const TemporaryDirectory directory;
  const std::string file = directory.path() + "/journal";
  auto journal = Journal::open(file);
  ASSERT_TRUE(succeeded(journal));
  ASSERT_TRUE(succeeded(journal->add(1, texts_of({"one"}))));
  ASSERT_TRUE(succeeded(journal->clear()));
  EXPECT_EQ(journal->size(), 0U);
  EXPECT_EQ(std::filesystem::file_size(file), 0U);
  ASSERT_TRUE(succeeded(journal->add(2, texts_of({"two"}))));
  EXPECT_EQ(journal->notes(), (std::vector<Journal::Note>{{.number = 2, .fields = texts_of({"two"})}}));
}

}  // namespace
}  // namespace cgroupd
