// Packed by one library, unpacked by another.
#include "metrics/gzip.h"

#include <random>
#include <string>
#include <vector>

#include "support/properties.h"
#include "unit/metrics/gunzip.h"

namespace cgroupd {
namespace {

std::string noise(std::size_t bytes) {
  std::string text;
  std::minstd_rand random(1);
  while (text.size() < bytes) text += static_cast<char>(random() >> 8U);
  return text;
}

std::string packed(Gzip& gzip, const std::vector<std::string>& pieces) {
  std::string out;
  gzip.begin(out);
  for (const auto& piece : pieces) gzip.append(piece);
  gzip.end();
  return out;
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string text;
  for (const auto& piece : pieces) text += piece;
  return text;
}

}  // namespace

TEST(Gzip, PacksNothing) {
  Gzip gzip;
  EXPECT_EQ(gunzip(packed(gzip, {})), "");
  EXPECT_EQ(gunzip(packed(gzip, {"", ""})), "");
}

TEST(Gzip, PacksWhatCannotBeMadeSmaller) {
  Gzip gzip;
  const std::vector<std::string> pieces = {noise(1'000'000), "", noise(65'536), noise(1)};
  EXPECT_EQ(gunzip(packed(gzip, pieces)), joined(pieces));
}

TEST(Gzip, PacksManyOneAfterTheOther) {
  Gzip gzip;
  for (std::size_t size = 0; size < 300'000; size = size * 3 + 1) {
    const std::vector<std::string> pieces = {std::string(size, 'a'), noise(size)};
    EXPECT_EQ(gunzip(packed(gzip, pieces)), joined(pieces)) << size;
  }
}

TEST(Gzip, HasNothingOfOneThatWasNotEnded) {
  Gzip gzip;
  std::string torn;
  gzip.begin(torn);
  gzip.append(noise(100'000));
  EXPECT_EQ(gunzip(packed(gzip, {"whole"})), "whole");
}

RC_GTEST_PROP(AnyPieces, ComeOutAsTheyWent, (const std::vector<std::string>& pieces)) {
  Gzip gzip;
  RC_ASSERT(gunzip(packed(gzip, pieces)) == joined(pieces));
}

}  // namespace cgroupd
