// Containers and their names, from the files of runtimes.
#include "runtimes/catalog.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/runtime_home.h"

namespace cgroupd {
namespace {

using testing::Contains;
using testing::IsEmpty;

class ACatalog : public testing::Test {
 protected:
  const std::string id_ = std::string(64, 'a');
  const std::string other_ = std::string(64, 'b');
  const std::string scope_ = "/user.slice/user@1000.service/user.slice/libpod-" + id_ + ".scope";
  RuntimeHome home_;
  Catalog catalog_{home_.places()};
};

TEST_F(ACatalog, IsEmptyWhereNothingEverRan) {
  catalog_.refresh();
  EXPECT_THAT(catalog_.containers(), IsEmpty());
  EXPECT_EQ(catalog_.generation(), 0U);
}

TEST_F(ACatalog, KnowsAContainerByTheCgroupThatHasItsLimits) {
  home_.run(id_, scope_ + "/container");
  home_.store("[" + RuntimeHome::stored(id_, "web", "localhost/bb:1") + "]");
  catalog_.refresh();
  const auto container = catalog_.at(scope_ + "/container");
  ASSERT_TRUE(container);
  EXPECT_EQ(
      *container,
      (Container{
          .runtime = "podman", .id = id_, .name = "web", .image = "localhost/bb:1", .cgroup = scope_ + "/container"}));
  EXPECT_FALSE(catalog_.at(scope_)) << "the level above has other limits";
  EXPECT_FALSE(catalog_.at("/somewhere/else"));
}

TEST_F(ACatalog, HearsOfOneThatComesGoesAndIsRenamed) {
  home_.run(id_, scope_);
  home_.store("[" + RuntimeHome::stored(id_, "web", "x") + "]");
  catalog_.refresh();
  const auto generation = catalog_.generation();
  home_.store("[" + RuntimeHome::stored(id_, "shop", "x") + "]");
  catalog_.refresh();
  EXPECT_EQ(catalog_.at(scope_)->name, "shop");
  EXPECT_GT(catalog_.generation(), generation);
  home_.remove("run/crun/" + id_);
  catalog_.refresh();
  EXPECT_THAT(catalog_.containers(), IsEmpty());
}

TEST_F(ACatalog, WaitsForAStateThatIsNotThereYet) {
  home_.write("run/crun/" + id_ + "/seccomp.bpf", "");
  catalog_.refresh();
  EXPECT_THAT(catalog_.containers(), IsEmpty());
  EXPECT_THAT(catalog_.directories_to_watch(), Contains(home_.path("run/crun/" + id_)));
  home_.run(id_, scope_);
  catalog_.refresh();
  EXPECT_EQ(catalog_.containers().size(), 1U);
}

TEST_F(ACatalog, AsksConmonsArgumentsWhereTheStorageCannotBeRead) {
  using namespace std::string_literals;
  home_.run(id_, scope_, 77);
  home_.write("proc/77/stat", "77 (sleep) S 70 77 77 0");
  home_.write("proc/70/cmdline", "/usr/bin/conmon\0-c\0"s + id_ + "\0-n\0web\0"s);
  catalog_.refresh();
  EXPECT_EQ(catalog_.at(scope_)->name, "web");
  EXPECT_THAT(catalog_.at(scope_)->image, IsEmpty());
}

TEST_F(ACatalog, LosesOneNameToABrokenFileAndNoOther) {
  home_.run(id_, scope_);
  home_.run(other_, "/other");
  home_.store("[" + RuntimeHome::stored(id_, "web", "x") + "]");
  home_.write("run/crun/" + other_ + "/status", "{\"pid\": ");
  catalog_.refresh();
  EXPECT_EQ(catalog_.at(scope_)->name, "web");
  EXPECT_FALSE(catalog_.at("/other"));
  home_.store("[{]");
  catalog_.refresh();
  EXPECT_THAT(catalog_.at(scope_)->name, IsEmpty());
  EXPECT_EQ(public_name(*catalog_.at(scope_)), "podman:aaaaaaaaaaaa");
}

TEST_F(ACatalog, ReadsNoFileThatIsTooBigAndNoPipe) {
  home_.run(id_, scope_);
  home_.store("[" + RuntimeHome::stored(id_, "web", std::string(3U << 20U, 'x')) + "]");
  catalog_.refresh();
  EXPECT_THAT(catalog_.at(scope_)->name, IsEmpty());
  home_.remove("graph/vfs-containers/containers.json");
  ASSERT_EQ(::mkfifo(home_.path("graph/vfs-containers/containers.json").c_str(), 0600), 0);
  catalog_.refresh();
  EXPECT_THAT(catalog_.at(scope_)->name, IsEmpty());
}

TEST_F(ACatalog, KnowsOneRunByHandByTheIdItsUserChose) {
  home_.write("run/crun/job/status", R"({"pid": 1, "cgroup-path": "/user.slice/job", "bundle": "/some/bundle"})");
  catalog_.refresh();
  EXPECT_EQ(public_name(*catalog_.at("/user.slice/job")), "crun:job");
}

TEST_F(ACatalog, KnowsDockersNames) {
  home_.write("data/docker/containers/" + id_ + "/config.v2.json",
              R"({"Name":"/db","Config":{"Image":"postgres:16"}})");
  catalog_.refresh();
  const auto container = catalog_.at("/user.slice/docker-" + id_ + ".scope");
  ASSERT_TRUE(container);
  EXPECT_EQ(public_name(*container), "docker:db");
  EXPECT_EQ(container->image, "postgres:16");
}

TEST_F(ACatalog, NamesThePodByItsSliceWhereNothingElseDoes) {
  const std::string place = "/user.slice/user-libpod_pod_" + other_ + ".slice/libpod-" + id_ + ".scope/container";
  home_.run(id_, place);
  catalog_.refresh();
  EXPECT_EQ(catalog_.at(place)->pod, "bbbbbbbbbbbb");
  home_.write("run/crun/" + id_ + "/config.json",
              R"({"annotations":{"io.container.manager":"libpod","io.kubernetes.cri-o.SandboxID":"b"},
                  "process":{"env":["HOSTNAME=shop"]}})");
  home_.run(id_, place);
  catalog_.refresh();
  EXPECT_EQ(catalog_.at(place)->pod, "shop");
}

}  // namespace
}  // namespace cgroupd
