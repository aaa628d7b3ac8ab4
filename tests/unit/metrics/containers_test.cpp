// Containers outside of our tree, and every user's cgroups, on one page.
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/cadvisor_view.h"
#include "metrics/collector.h"
#include "runtimes/mark.h"
#include "support/results.h"
#include "support/runtime_home.h"
#include "unit/metrics/text_tree.h"

namespace cgroupd {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string manager = "/user.slice/user-1000.slice/user@1000.service";

std::string id_of(char digit) {
  return std::string(64, digit);
}

std::string scope_of(char digit) {
  return manager + "/user.slice/libpod-" + id_of(digit) + ".scope";
}

class APageWithContainers : public testing::Test {
 protected:
  APageWithContainers() {
    tree_.add(manager);
    put_everything(tree_, "shop");
  }
  // As crun runs it: the limits one level below the scope.
  void run(char digit, const std::string& name) {
    put_everything(tree_, scope_of(digit) + "/container");
    home_.run(id_of(digit), scope_of(digit) + "/container");
    storage_ += (storage_.empty() ? "" : ",") + RuntimeHome::stored(id_of(digit), name, "localhost/" + name + ":1");
    home_.store("[" + storage_ + "]");
  }
  void remove(char digit) {
    tree_.vanish(scope_of(digit) + "/container");
    tree_.vanish(scope_of(digit));
    home_.remove("run/crun/" + id_of(digit));
  }
  CollectorOptions options() const { return {.runtimes = home_.places(), .manager = manager}; }
  std::string page(Collector& collector) {
    EXPECT_OK(collector.collect(facts_));
    std::string text;
    Page page(text);
    collector.write(page);
    return text;
  }
  std::string page() {
    Collector collector(tree_, options());
    return page(collector);
  }

  RuntimeHome home_;
  TextTree tree_;
  std::string storage_;
  std::shared_ptr<const Facts> facts_ = std::make_shared<const Facts>();
};

TEST_F(APageWithContainers, ShowsOneByItsNameWithItsOwnNumbers) {
  run('a', "web");
  const std::string text = page();
  EXPECT_THAT(text, HasSubstr("cgroup_memory_max_bytes{cgroup=\"podman:web\"} 67108864\n"));
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroup_info{cgroup=\"podman:web\",path=\"/sys/fs/cgroup" + scope_of('a') +
                              "/container\",owner_uid=\"1000\",container=\"web\",image=\"localhost/web:1\",runtime="
                              "\"podman\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("cgroup_memory_max_bytes{cgroup=\"shop\"} 67108864\n"));
}

TEST_F(APageWithContainers, KeepsTheSeriesOfOneThatIsRunAgain) {
  run('a', "web");
  Collector collector(tree_, options());
  EXPECT_THAT(page(collector), HasSubstr("cgroup_pids_current{cgroup=\"podman:web\"} 3\n"));
  remove('a');
  EXPECT_THAT(page(collector), Not(HasSubstr("podman:web")));
  storage_.clear();
  run('b', "web");
  tree_.put(scope_of('b') + "/container", "pids.current", "1\n");
  const std::string text = page(collector);
  EXPECT_THAT(text, HasSubstr("cgroup_pids_current{cgroup=\"podman:web\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("podman:web@")));
}

TEST_F(APageWithContainers, NeverHasTwoOfTheSameName) {
  run('b', "web");
  Collector collector(tree_, options());
  page(collector);
  run('a', "web");
  put_everything(tree_, "podman:api");
  run('c', "api");
  const std::string text = page(collector);
  EXPECT_THAT(text, HasSubstr("path=\"/sys/fs/cgroup" + scope_of('b')));
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroup_info{cgroup=\"podman:web\",path=\"/sys/fs/cgroup" + scope_of('b')));
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroup_info{cgroup=\"podman:web@aaaaaaaaaaaa\",path="));
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroup_info{cgroup=\"podman:api\",path=\"/sys/fs/cgroup/test/podman:api\""));
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroup_info{cgroup=\"podman:api@cccccccccccc\",path="));
}

TEST_F(APageWithContainers, GivesItsNameToACgroupThatIsMadeLater) {
  run('a', "web");
  Collector collector(tree_, options());
  EXPECT_THAT(page(collector), HasSubstr("cgroup_pids_current{cgroup=\"podman:web\"}"));
  put_everything(tree_, "podman:web");
  const std::string text = page(collector);
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroup_info{cgroup=\"podman:web\",path=\"/sys/fs/cgroup/test/podman:web\""));
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroup_info{cgroup=\"podman:web@aaaaaaaaaaaa\",path="));
}

TEST_F(APageWithContainers, ShowsOneWithoutANameByTheBeginningOfItsId) {
  put_everything(tree_, scope_of('d'));
  const std::string text = page();
  EXPECT_THAT(text, HasSubstr("cgroup_processes{cgroup=\"podman:dddddddddddd\"} 2\n"));
  EXPECT_THAT(text, Not(HasSubstr("container=\"")));
}

TEST_F(APageWithContainers, SeesTheLevelThatCrunMakesAfterTheScope) {
  tree_.put(scope_of('a'), "pids.max", "max\n");
  Collector collector(tree_, options());
  EXPECT_THAT(page(collector), HasSubstr("cgroup_pids_max{cgroup=\"podman:aaaaaaaaaaaa\"} +Inf\n"));
  put_everything(tree_, scope_of('a') + "/container");
  EXPECT_THAT(page(collector), HasSubstr("cgroup_pids_max{cgroup=\"podman:aaaaaaaaaaaa\"} 20\n"));
}

TEST_F(APageWithContainers, NamesOneBeneathOurRootWhereItIs) {
  const std::string name = "shop/libpod-" + id_of('e');
  put_everything(tree_, name);
  home_.run(id_of('e'), "/test/" + name);
  home_.store("[" + RuntimeHome::stored(id_of('e'), "inner", "x") + "]");
  const std::string text = page();
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroup_info{cgroup=\"" + name + "\",path=\"/sys/fs/cgroup/test/" + name +
                              "\",owner_uid=\"1000\",container=\"inner\",image=\"x\",runtime=\"podman\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("podman:inner")));
}

TEST_F(APageWithContainers, CountsThemAgainstTheCapAndLeavesOutWhatIsExcluded) {
  run('a', "web");
  run('b', "api");
  CollectorOptions capped = options();
  capped.tree.max_cgroups = 2;
  Collector two(tree_, capped);
  EXPECT_THAT(page(two), AllOf(HasSubstr("cgroupd_managed_cgroups 2\n"),
                               HasSubstr("cgroupd_cgroups_skipped{reason=\"limit\"} 1\n")));
  CollectorOptions without = options();
  without.tree.exclude = {"podman:*"};
  Collector none(tree_, without);
  EXPECT_THAT(page(none),
              AllOf(Not(HasSubstr("podman:web")), HasSubstr("cgroupd_cgroups_skipped{reason=\"excluded\"} 2\n")));
}

TEST_F(APageWithContainers, DoesNotLookForThemWhenToldNotTo) {
  run('a', "web");
  Collector collector(tree_, {});
  EXPECT_THAT(page(collector), Not(HasSubstr("podman")));
}

TEST_F(APageWithContainers, HasNameAndImageInCadvisorsWords) {
  run('a', "web");
  CollectorOptions both = options();
  both.for_cadvisor = true;
  Collector collector(tree_, both);
  page(collector);
  CadvisorView view(tree_, "1");
  std::string text;
  Page page(text);
  view.write(page, collector);
  EXPECT_THAT(text, HasSubstr("container_memory_rss{id=\"" + scope_of('a') +
                              "/container\",name=\"web\",image=\"localhost/web:1\"} 20971520\n"));
}

class APageForAllUsers : public testing::Test {
 protected:
  APageForAllUsers() {
    put_everything(tree_, "shop");
    tree_.add(manager);
  }
  static std::string name_of(std::uint32_t uid) { return uid == 1000 ? "dev" : uid == 1001 ? "eve" : "cgroupd"; }
  std::string page(Collector& collector) {
    EXPECT_OK(collector.collect(facts_));
    std::string text;
    Page page(text);
    collector.write(page);
    return text;
  }
  CollectorOptions options_{.all_users = name_of};
  TextTree tree_;
  std::shared_ptr<const Facts> facts_ = std::make_shared<const Facts>();
  const std::string dev_tree_ = manager + "/app.slice/cgroupd-tree.service";
};

TEST_F(APageForAllUsers, TellsTheRootsApart) {
  put_everything(tree_, dev_tree_ + "/shop");
  tree_.put(dev_tree_ + "/shop", "pids.max", "7\n");
  put_everything(tree_, dev_tree_ + "/supervisor");
  put_everything(tree_, "/user.slice/user-1001.slice/user@1001.service/user.slice/libpod-" + id_of('a') + ".scope");
  Collector collector(tree_, options_);
  const std::string text = page(collector);
  EXPECT_THAT(text, HasSubstr("cgroup_pids_max{root=\"cgroupd\",cgroup=\"shop\"} 20\n"));
  EXPECT_THAT(text, HasSubstr("cgroup_pids_max{root=\"dev\",cgroup=\"shop\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("cgroup_pids_max{root=\"eve\",cgroup=\"podman:aaaaaaaaaaaa\"} 20\n"));
  EXPECT_THAT(text,
              HasSubstr("cgroupd_root_info{root=\"dev\",path=\"/sys/fs/cgroup" + dev_tree_ + "\",uid=\"1000\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("cgroupd_root_info{root=\"eve\",path=\"/sys/fs/cgroup/user.slice/user-1001.slice/"
                              "user@1001.service\",uid=\"1001\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("supervisor")));
}

TEST_F(APageForAllUsers, ShowsWhatAUsersDaemonLeftWithACgroup) {
  put_everything(tree_, dev_tree_ + "/shop");
  tree_.mark(dev_tree_ + "/shop", write_mark({.policy = "report"}));
  put_everything(tree_, scope_of('a') + "/container");
  tree_.mark(scope_of('a') + "/container",
             write_mark({.runtime = "docker", .name = "web", .image = "nginx", .pod = "p"}));
  Collector collector(tree_, options_);
  const std::string text = page(collector);
  EXPECT_THAT(text, HasSubstr(R"({root="dev",cgroup="shop",path=)"));
  EXPECT_THAT(text, HasSubstr(R"(policy="report"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"({root="dev",cgroup="podman:web",path=)"));
  EXPECT_THAT(text, HasSubstr(R"(container="web",pod="p",image="nginx",runtime="podman"} 1)"));
  tree_.mark(scope_of('a') + "/container", write_mark({.name = "other"}));
  EXPECT_THAT(page(collector), HasSubstr(R"({root="dev",cgroup="podman:other",path=)"));
}

TEST_F(APageForAllUsers, TakesNothingOnTrust) {
  put_everything(tree_, scope_of('a') + "/container");
  for (const std::string& mark :
       {std::string("container=\xff\xfe\n"), std::string("container=../../x\n"), std::string(5000, 'x'),
        std::string("container=a/b\n"), std::string("container=a b\n")}) {
    tree_.mark(scope_of('a') + "/container", mark);
    Collector collector(tree_, options_);
    const std::string text = page(collector);
    EXPECT_THAT(text, Not(HasSubstr("cgroup=\"podman:.."))) << mark;
    EXPECT_THAT(text, HasSubstr("cgroup=\"podman:aaaaaaaaaaaa\"")) << mark;
  }
  tree_.mark(scope_of('a') + "/container", "image=a\"b\\c\n");
  Collector collector(tree_, options_);
  EXPECT_THAT(page(collector), HasSubstr(R"(image="a\"b\\c")"));
}

TEST_F(APageForAllUsers, LosesTheRowsOfATreeThatVanishesAndNoOthers) {
  put_everything(tree_, dev_tree_ + "/shop");
  const std::string eves = "/user.slice/user-1001.slice/user@1001.service/app.slice/cgroupd-tree.service";
  put_everything(tree_, eves + "/job");
  Collector collector(tree_, options_);
  EXPECT_THAT(page(collector), HasSubstr("root=\"dev\",cgroup=\"shop\""));
  bool gone = false;
  tree_.before_read([&](const std::string& cgroup, std::string_view /*file*/) {
    if (gone || cgroup != dev_tree_ + "/shop") return;
    gone = true;
    for (const std::string& place :
         {dev_tree_ + "/shop", dev_tree_, manager + "/app.slice", manager, std::string("/user.slice/user-1000.slice")})
      tree_.vanish(place);
  });
  const std::string text = page(collector);
  EXPECT_THAT(text, Not(HasSubstr("cgroup_pids_max{root=\"dev\"")));
  EXPECT_THAT(text, HasSubstr("cgroup_pids_max{root=\"eve\",cgroup=\"job\"} 20\n"));
  EXPECT_THAT(text, HasSubstr("cgroup_pids_max{root=\"cgroupd\",cgroup=\"shop\"} 20\n"));
}

}  // namespace
}  // namespace cgroupd
