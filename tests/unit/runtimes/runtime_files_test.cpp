// What crun 1.8, runc 1.1, podman 4.3 and docker leave, as they wrote it, and what somebody else may have.
#include "runtimes/runtime_files.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtimes/clean_text.h"
#include "runtimes/container.h"
#include "runtimes/mark.h"

namespace cgroupd {
namespace {

using testing::IsEmpty;

const std::string some_id(64, 'a');

TEST(CrunsStatus, SaysWhereTheLimitsAre) {
  const auto state = parse_crun_status(R"({"pid": 235, "process-start-time": 4676,
    "cgroup-path": "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-x.scope/container",
    "scope": "libpod-x.scope", "systemd-cgroup": true, "bundle": "/tmp/gr/vfs-containers/x/userdata", "owner": "root"})");
  ASSERT_TRUE(state);
  EXPECT_EQ(state->process, 235);
  EXPECT_EQ(state->cgroup, "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-x.scope/container");
  EXPECT_EQ(state->bundle, "/tmp/gr/vfs-containers/x/userdata");
}

TEST(CrunsStatus, IsNotTakenByItsWordWhenItIsBroken) {
  for (const char* const text : {"", "{", "[]", "null", "\"\"", "{\"pid\": 1}}", "\xff\xfe", "{\"pid\": 1e999}"})
    EXPECT_FALSE(parse_crun_status(text)) << text;
  const auto odd =
      parse_crun_status(R"({"pid": "x", "cgroup-path": ["/a"], "bundle": "relative", "unknown": {"a": [[[]]]}})");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->process, 0);
  EXPECT_THAT(odd->cgroup, IsEmpty());
  EXPECT_THAT(odd->bundle, IsEmpty());
  EXPECT_EQ(parse_crun_status(R"({"pid": 99999999999})")->process, 0);
  EXPECT_THAT(parse_crun_status(R"({"cgroup-path": "/user.slice/../../etc"})")->cgroup, IsEmpty());
  EXPECT_THAT(parse_crun_status(R"({"bundle": "/a\u0000b"})")->bundle, IsEmpty());
}

TEST(CrunsStatus, MayBeNestedAsDeepAsItLikes) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_FALSE(parse_crun_status(deep));
  EXPECT_TRUE(parse_crun_status("{\"x\":" + deep + "}"));
}

TEST(RuncsState, SaysWhereTheLimitsAre) {
  const auto state = parse_runc_state(R"({"id": "x", "init_process_pid": 7,
    "cgroup_paths": {"": "/sys/fs/cgroup/user.slice/docker-x.scope"}, "config": {"labels": ["a=b", "bundle=/run/x"]}})");
  ASSERT_TRUE(state);
  EXPECT_EQ(state->process, 7);
  EXPECT_EQ(state->cgroup, "/user.slice/docker-x.scope");
  EXPECT_EQ(state->bundle, "/run/x");
  EXPECT_THAT(parse_runc_state(R"({"cgroup_paths": {"": "/etc"}, "config": {"labels": {}}})")->cgroup, IsEmpty());
}

TEST(PodmansStorage, HasNamesAndImages) {
  const auto found = parse_storage(
      R"([{"id":"one","names":["web"],"image":"7a","metadata":"{\"image-name\":\"localhost/bb:1\",\"name\":\"web\"}"},
          {"id":"two","names":null,"metadata":"{\"name\":\"api\"}"}, {"id":"three","metadata":"{"}, {"names":["x"]}, 4])");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found.at("one").name, "web");
  EXPECT_EQ(found.at("one").image, "localhost/bb:1");
  EXPECT_EQ(found.at("two").name, "api");
  EXPECT_THAT(found.at("three").name, IsEmpty());
}

TEST(PodmansStorage, KeepsNothingThatIsNotCleanText) {
  const auto found = parse_storage(R"([{"id":"one","names":["a\nb"],"metadata":"{\"image-name\":\"\\u0007\"}"},
                                       {"id":"two","names":[")" +
                                   std::string(300, 'x') + R"("]}])");
  EXPECT_THAT(found.at("one").name, IsEmpty());
  EXPECT_THAT(found.at("one").image, IsEmpty());
  EXPECT_THAT(found.at("two").name, IsEmpty());
  EXPECT_THAT(parse_storage("[{\"id\":\"one\",\"names\":[\"\xc3\x28\"]}]"), IsEmpty());
}

TEST(ABundle, NamesThePodOfAContainerThatHasOne) {
  const std::string annotations = R"("io.container.manager":"libpod")";
  const std::string process = R"("process":{"env":["PATH=/bin","HOSTNAME=shop"]})";
  const auto in_a_pod = parse_bundle_config(R"({"annotations":{)" + annotations +
                                            R"(,"io.kubernetes.cri-o.SandboxID":"b779"},)" + process + "}");
  ASSERT_TRUE(in_a_pod);
  EXPECT_EQ(in_a_pod->pod, "shop");
  EXPECT_TRUE(in_a_pod->is_podman);
  const auto alone = parse_bundle_config(R"({"annotations":{)" + annotations + "}," + process + "}");
  ASSERT_TRUE(alone);
  EXPECT_THAT(alone->pod, IsEmpty());
}

TEST(DockersConfig, HasNameAndImage) {
  const auto found = parse_docker_config(R"({"ID":"x","Name":"/web","Config":{"Image":"nginx:1","Labels":{}}})");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "web");
  EXPECT_EQ(found->image, "nginx:1");
}

TEST(ConmonsArguments, NameItsOwnContainerOnly) {
  using namespace std::string_literals;
  const std::string arguments = "/usr/bin/conmon\0--api-version\0001\0-c\0abc\0-u\0abc\0-n\0web\0--exit-dir\0/x\0"s;
  EXPECT_EQ(name_from_conmon(arguments, "abc"), "web");
  EXPECT_THAT(name_from_conmon(arguments, "abd"), IsEmpty());
  EXPECT_THAT(name_from_conmon("sh\0-c\0abc\0-n\0web\0"s, "abc"), IsEmpty());
  EXPECT_THAT(name_from_conmon("conmon\0-c\0abc\0-n"s, "abc"), IsEmpty());
  EXPECT_THAT(name_from_conmon("", ""), IsEmpty());
}

TEST(AStatOfAProcess, HasItsParentBehindWhateverItsNameIs) {
  EXPECT_EQ(parent_from_stat("12 (sleep) S 10 12 12 0"), 10);
  EXPECT_EQ(parent_from_stat("12 (a) S 99) S 10 12"), 10);
  EXPECT_EQ(parent_from_stat("12 (sleep"), 0);
  EXPECT_EQ(parent_from_stat("12 (sleep) S"), 0);
}

TEST(ADirectoryOfAContainer, IsKnownByItsName) {
  for (const auto& [name, runtime] : std::initializer_list<std::pair<std::string, std::string>>{
           {"libpod-" + some_id + ".scope", "podman"},
           {"libpod-" + some_id, "podman"},
           {"libpod-payload-" + some_id, "podman"},
           {"docker-" + some_id + ".scope", "docker"},
           {"crio-" + some_id + ".scope", "crio"},
           {"cri-containerd-" + some_id + ".scope", "containerd"},
           {some_id, "podman"}}) {
    EXPECT_EQ(container_of_directory(name).runtime, runtime) << name;
    EXPECT_EQ(container_of_directory(name).id, some_id) << name;
  }
  EXPECT_EQ(container_of_directory(some_id, "docker").runtime, "docker");
  for (const std::string& name : {"libpod-conmon-" + some_id + ".scope", std::string("libpod-abc.scope"), std::string(),
                                  "libpod-" + std::string(64, 'A'), some_id + "a"})
    EXPECT_THAT(container_of_directory(name).id, IsEmpty()) << name;
  EXPECT_EQ(pod_of_slice("user-libpod_pod_" + some_id + ".slice"), std::string(12, 'a'));
  EXPECT_THAT(pod_of_slice("user.slice"), IsEmpty());
}

TEST(AContainer, IsCalledByItsNameOrByTheBeginningOfItsId) {
  EXPECT_EQ(public_name({.runtime = "podman", .id = some_id, .name = "web"}), "podman:web");
  EXPECT_EQ(public_name({.runtime = "podman", .id = some_id}), "podman:aaaaaaaaaaaa");
}

TEST(AMark, ReadsBackAsItWasWritten) {
  const Container container{
      .runtime = "podman", .name = "web", .image = "localhost/bb:1", .pod = "shop", .policy = "report"};
  EXPECT_EQ(read_mark(write_mark(container)), container);
  EXPECT_THAT(write_mark({}), IsEmpty());
}

TEST(AMark, MayHoldAnythingAndSaysNothingThen) {
  EXPECT_EQ(read_mark("no line of ours\n=\ncontainer=\nid=x\ncgroup=/etc\n"), Container());
  EXPECT_THAT(read_mark("container=a\tb\n").name, IsEmpty());
  EXPECT_THAT(read_mark("container=\xff\n").name, IsEmpty());
  EXPECT_THAT(read_mark("container=" + std::string(2000, 'x')).name, IsEmpty());
  EXPECT_EQ(read_mark("container=say \"x\\\"\n").name, "say \"x\\\"");
}

TEST(CleanText, IsUtf8WithoutControls) {
  EXPECT_EQ(clean_text("größe 🙂"), "größe 🙂");
  for (const char* const text :
       {"\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\x7f", "\xc2\x85", "a\nb"})
    EXPECT_THAT(clean_text(text), IsEmpty());
  EXPECT_EQ(clean_text(std::string(256, 'x')).size(), 256U);
  EXPECT_THAT(clean_text(std::string(257, 'x')), IsEmpty());
}

}  // namespace
}  // namespace cgroupd
