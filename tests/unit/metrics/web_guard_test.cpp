// The web configuration's files as they come and change.
#include "metrics/web_guard.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/results.h"

namespace cgroupd {
namespace {

using testing::HasSubstr;

constexpr std::string_view alices_login = "Basic YWxpY2U6c2VjcmV0";  // alice:secret
constexpr const char* alices_users =
    "basic_auth_users: {alice: $2b$04$a7ea.8NJgfpndDJrliCVZeFk4waMxt.bXOIkwT2hZrFmJiYheGWme}\n";

class AWebGuard : public testing::Test {
 protected:
  AWebGuard() {
    std::string pattern = testing::TempDir() + "cgroupd-web-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~AWebGuard() override { std::filesystem::remove_all(directory_); }
  AWebGuard(const AWebGuard&) = delete;
  AWebGuard& operator=(const AWebGuard&) = delete;
  AWebGuard(AWebGuard&&) = delete;
  AWebGuard& operator=(AWebGuard&&) = delete;

  // As tools do it: a new file takes the old one's name.
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ / (name + ".new")) << text;
    std::filesystem::rename(directory_ / (name + ".new"), directory_ / name);
  }
  Result<std::unique_ptr<WebGuard>> open() const { return WebGuard::open(directory_ / "web.yml"); }

  std::filesystem::path directory_;
};

TEST_F(AWebGuard, LooksForCertificatesBesideItsFile) {
  write("web.yml", "tls_server_config: {cert_file: a.crt, key_file: a.key}\n");
  write("a.crt", "CERTIFICATE");
  write("a.key", "KEY");
  const auto guard = open();
  ASSERT_OK(guard);
  EXPECT_EQ((*guard)->tls()->certificate, "CERTIFICATE");
  EXPECT_EQ((*guard)->tls()->key, "KEY");
}

TEST_F(AWebGuard, SaysWhichFileIsMissingOrWrong) {
  EXPECT_THAT(open().error().text(), HasSubstr("web.yml: No such file"));
  write("web.yml", "nonsense: 1\n");
  EXPECT_THAT(open().error().text(), HasSubstr("web.yml: unknown section 'nonsense'"));
  write("web.yml", "tls_server_config: {cert_file: a.crt, key_file: a.key}\n");
  EXPECT_THAT(open().error().text(), HasSubstr("a.crt: No such file"));
}

TEST_F(AWebGuard, TakesAChangeInTheNextTurn) {
  write("web.yml", "");
  const auto guard = *open();
  EXPECT_EQ(guard->access(""), Access::granted);
  write("web.yml", alices_users);
  guard->begin_turn();
  EXPECT_EQ(guard->access(""), Access::denied);
  EXPECT_EQ(guard->access(alices_login), Access::granted);
  write("web.yml", "basic_auth_users: {bob: $2b$04$a7ea.8NJgfpndDJrliCVZeFk4waMxt.bXOIkwT2hZrFmJiYheGWme}\n");
  guard->begin_turn();
  EXPECT_EQ(guard->access(alices_login), Access::denied);
}

TEST_F(AWebGuard, TakesANewCertificateOfTheSameName) {
  write("web.yml", "tls_server_config: {cert_file: a.crt, key_file: a.key}\n");
  write("a.crt", "OLD");
  write("a.key", "KEY");
  const auto guard = *open();
  write("a.crt", "NEW");
  guard->begin_turn();
  EXPECT_EQ(guard->tls()->certificate, "NEW");
}

TEST_F(AWebGuard, KeepsWhatWasWhenAChangeHasAFault) {
  write("web.yml", alices_users);
  const auto guard = *open();
  EXPECT_TRUE(guard->is_current());
  for (const char* const text :
       {"basic_auth_users: {alice: plain}\n", "x: [", "tls_server_config: {cert_file: none, key_file: none}\n"}) {
    write("web.yml", text);
    guard->begin_turn();
    EXPECT_FALSE(guard->is_current()) << text;
    EXPECT_EQ(guard->access(""), Access::denied) << text;
    EXPECT_EQ(guard->access(alices_login), Access::granted) << text;
  }
  std::filesystem::remove(directory_ / "web.yml");
  guard->begin_turn();
  EXPECT_EQ(guard->access(""), Access::denied);
  write("web.yml", "");
  guard->begin_turn();
  EXPECT_TRUE(guard->is_current());
  EXPECT_EQ(guard->access(""), Access::granted);
}

}  // namespace
}  // namespace cgroupd
