// Listener addresses: loopback unless written out.
#include "config/listen_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cgroupd {
namespace {

using testing::HasSubstr;

std::string parsed(std::string_view text) {
  const Result<ListenAddress> address = parse_listen_address(text);
  return address ? address->text() : address.error().text();
}

TEST(AListenAddress, IsANumericAddressAndAPort) {
  EXPECT_EQ(parsed("127.0.0.1:9753"), "127.0.0.1:9753");
  EXPECT_EQ(parsed("0.0.0.0:80"), "0.0.0.0:80");
  EXPECT_EQ(parsed("[::1]:9753"), "[::1]:9753");
  EXPECT_EQ(parsed("127.0.0.1:0"), "127.0.0.1:0");
}

TEST(AListenAddress, IsLoopbackWhenOnlyThePortIsGiven) {
  EXPECT_EQ(parsed("9753"), "127.0.0.1:9753");
  EXPECT_EQ(parsed(":9753"), "127.0.0.1:9753");
  EXPECT_EQ(parsed("localhost:9753"), "127.0.0.1:9753");
}

TEST(AListenAddress, IsRefusedWithTheTextAndARightOne) {
  EXPECT_EQ(parsed("example.org:80"),
            "'example.org:80' is not an address to listen on: 'example.org' is not a numeric address; write "
            "127.0.0.1:9753, [::1]:9753 or none");
  EXPECT_THAT(parsed("::1:9753"), HasSubstr("an IPv6 address stands in brackets"));
  EXPECT_THAT(parsed("[127.0.0.1]:80"), HasSubstr("is not a numeric address"));
  EXPECT_THAT(parsed("127.0.0.1:65536"), HasSubstr("the port is '65536'"));
  EXPECT_THAT(parsed("127.0.0.1:"), HasSubstr("the port is ''"));
  EXPECT_THAT(parsed("127.0.0.1"), HasSubstr("the port is '127.0.0.1'"));
  EXPECT_THAT(parsed(""), HasSubstr("the port is ''"));
  EXPECT_THAT(parsed("*:80"), HasSubstr("is not a numeric address"));
}

}  // namespace
}  // namespace cgroupd
