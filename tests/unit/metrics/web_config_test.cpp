// The web configuration file, and passwords.
#include "metrics/web_config.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/passwords.h"
#include "support/results.h"

namespace cgroupd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

// bcrypt of "secret", cost 4 so that tests are quick.
constexpr const char* secret_hash = "$2b$04$a7ea.8NJgfpndDJrliCVZeFk4waMxt.bXOIkwT2hZrFmJiYheGWme";

std::string fault_of(std::string_view yaml) {
  const Result<WebConfig> config = parse_web_config(yaml);
  return config ? "" : config.error().message;
}

TEST(AWebConfig, MayBeEmpty) {
  for (const char* const text : {"", "# nothing\n", "tls_server_config:\nbasic_auth_users:\n"}) {
    const Result<WebConfig> config = parse_web_config(text);
    ASSERT_OK(config);
    EXPECT_FALSE(config->tls.has_value());
    EXPECT_THAT(config->users, IsEmpty());
  }
}

TEST(AWebConfig, HasTlsUsersAndHeaders) {
  const Result<WebConfig> config = parse_web_config(
      "tls_server_config:\n  cert_file: server.crt\n  key_file: /keys/server.key\n  min_version: TLS13\n"
      "http_server_config:\n  http2: true\n  headers:\n    Strict-Transport-Security: max-age=31536000\n"
      "basic_auth_users:\n  alice: " +
      std::string(secret_hash) + "\n");
  ASSERT_OK(config);
  EXPECT_EQ(config->tls->cert_file, "server.crt");
  EXPECT_EQ(config->tls->key_file, "/keys/server.key");
  EXPECT_EQ(config->tls->priorities, "NORMAL:-VERS-ALL:+VERS-TLS1.3");
  EXPECT_THAT(config->headers, ElementsAre(Pair("Strict-Transport-Security", "max-age=31536000")));
  EXPECT_THAT(config->users, ElementsAre(Pair("alice", secret_hash)));
}

TEST(AWebConfig, WantsTls12AtLeastByDefault) {
  EXPECT_EQ(parse_web_config("tls_server_config: {cert_file: a, key_file: b}")->tls->priorities,
            "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2");
}

TEST(AWebConfig, IsRefusedWhenItCannotBeEnforced) {
  EXPECT_THAT(fault_of("tls_server_config: {cert_file: a, key_file: b, client_auth_type: RequireAndVerifyClientCert}"),
              HasSubstr("'client_auth_type' of tls_server_config cannot be enforced"));
  EXPECT_THAT(fault_of("tls_server_config: {cert_file: a, key_file: b, cipher_suites: [X]}"),
              HasSubstr("cipher_suites"));
  EXPECT_THAT(fault_of("tls_server_config: {cert_file: a}"), HasSubstr("both cert_file and key_file"));
  EXPECT_THAT(fault_of("tls_server_config: {cert_file: a, key_file: b, min_version: TLS13, max_version: TLS12}"),
              HasSubstr("no version"));
  EXPECT_THAT(fault_of("tls_server_config: {cert_file: a, key_file: b, min_version: SSL3}"), HasSubstr("no version"));
  EXPECT_THAT(fault_of("rate_limit: {}"), HasSubstr("unknown section 'rate_limit'"));
  EXPECT_THAT(fault_of("basic_auth_users: {bob: secret}"), HasSubstr("the password of 'bob' is not a bcrypt hash"));
  EXPECT_THAT(fault_of("basic_auth_users: [bob]"), HasSubstr("is not a mapping"));
  EXPECT_THAT(fault_of("http_server_config: {headers: {Set-Cookie: a}}"), HasSubstr("cannot be set"));
  EXPECT_THAT(fault_of("http_server_config: {headers: {X-Frame-Options: \"a\\r\\nb: c\"}}"),
              HasSubstr("more than one line"));
  EXPECT_NE(fault_of("just text"), "");
  EXPECT_NE(fault_of("a: [b"), "");
  EXPECT_NE(fault_of("\t- :"), "");
}

TEST(AnAuthorization, IsUserAndPasswordInBase64) {
  EXPECT_EQ(read_basic_authorization("Basic YWxpY2U6c2VjcmV0"), std::pair(std::string("alice"), std::string("secret")));
  EXPECT_EQ(read_basic_authorization("basic YTpiOmM="), std::pair(std::string("a"), std::string("b:c")));
  EXPECT_EQ(read_basic_authorization("Basic Og=="), std::pair(std::string(), std::string()));
  for (const char* const header : {"", "Basic", "Basic ", "Basic YWxpY2U=", "Basic Y*Y=", "Bearer YWxpY2U6c2VjcmV0"})
    EXPECT_FALSE(read_basic_authorization(header).has_value()) << header;
}

constexpr std::string_view alice = "Basic YWxpY2U6c2VjcmV0";  // alice:secret
constexpr std::string_view wrong = "Basic YWxpY2U6U2VjcmV0";  // alice:Secret
constexpr std::string_view mallory = "Basic bWFsbG9yeTpzZWNyZXQ=";

TEST(Passwords, AreNotAskedForWithoutUsers) {
  Passwords passwords;
  EXPECT_EQ(passwords.check(""), Access::granted);
}

TEST(Passwords, LetInWhoKnowsOne) {
  Passwords passwords(std::map<std::string, std::string>{{"alice", secret_hash}});
  passwords.begin_turn();
  EXPECT_EQ(passwords.check(""), Access::denied);
  EXPECT_EQ(passwords.check(alice), Access::granted);
  passwords.begin_turn();
  EXPECT_EQ(passwords.check(wrong), Access::denied);
  passwords.begin_turn();
  EXPECT_EQ(passwords.check(mallory), Access::denied);
  EXPECT_EQ(passwords.check("Basic nonsense"), Access::denied);
}

TEST(Passwords, AreCheckedOneATurnAndRemembered) {
  Passwords passwords(std::map<std::string, std::string>{{"alice", secret_hash}});
  passwords.begin_turn();
  EXPECT_EQ(passwords.check(wrong), Access::denied);
  EXPECT_EQ(passwords.check(alice), Access::later);
  EXPECT_EQ(passwords.check(wrong), Access::denied);
  passwords.begin_turn();
  EXPECT_EQ(passwords.check(alice), Access::granted);
  EXPECT_EQ(passwords.check(alice), Access::granted);
  EXPECT_EQ(passwords.check(mallory), Access::later);
}

}  // namespace
}  // namespace cgroupd
