// A controller on its way down, level by level.
#include <algorithm>
#include <string>

#include "client/doctor/findings.h"

namespace cgroupd::client {
namespace {

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : " ") + word;
  return all.empty() ? "none" : all;
}

std::string last_part(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_user_manager(const std::string& unit) {
  return unit.starts_with("user@") && unit.ends_with(".service");
}

Finding wrong(std::string check, std::string says, std::string mend) {
  return {.check = std::move(check), .ok = false, .says = std::move(says), .mend = std::move(mend), .needs_root = true};
}

// Why the kernel does not have it to give.
std::optional<Finding> missing_at_the_top(const HostFacts& facts, const std::string& check, std::string_view name) {
  if (facts.levels.empty() || has(facts.levels.front().controllers, name)) return std::nullopt;
  const std::string controller(name);
  const auto row = std::ranges::find(facts.controllers, name, &KernelController::name);
  if (row == facts.controllers.end())
    return wrong(check, "this kernel was built without " + controller, "boot a kernel that has it");
  if (!row->enabled) {
    return wrong(check, controller + " is switched off at boot (cgroup_disable=)",
                 "take cgroup_disable=" + controller + " off the kernel's command line and reboot");
  }
  if (row->on_v1) {
    return wrong(check, controller + " is bound to cgroup v1",
                 "boot with systemd.unified_cgroup_hierarchy=1 cgroup_no_v1=all");
  }
  return wrong(check,
               controller + " does not reach " + facts.levels.front().path + ", the topmost cgroup seen from here",
               "let it through where this container was started");
}

}  // namespace

Finding judge_controller(const HostFacts& facts, std::string_view controller) {
  const std::string name(controller);
  const std::string check = "controller " + name;
  if (facts.levels.empty()) return wrong(check, "no cgroup2 hierarchy", "");
  if (auto top = missing_at_the_top(facts, check, controller)) return *std::move(top);

  const auto& levels = facts.levels;
  const auto without = std::ranges::find_if(levels, [&](const Level& level) { return !has(level.controllers, name); });
  if (without == levels.end()) {
    return {.check = check,
            .says = "reaches " + levels.back().path + " through all " + std::to_string(levels.size()) + " levels"};
  }
  // systemd switches a controller on along the whole path once the unit delegates it, so that is where to mend it even
  // when a slice further up is the first to lack it.
  const auto manager =
      std::find_if(without, levels.end(), [](const Level& level) { return is_user_manager(last_part(level.path)); });
  if (manager != levels.end()) {
    const std::string unit = last_part(manager->path);
    return wrong(check, name + " ends at " + unit + ", which has only: " + joined(manager->controllers),
                 "mkdir -p /etc/systemd/system/user@.service.d && printf '[Service]\\nDelegate=cpu cpuset io memory "
                 "pids\\n' >/etc/systemd/system/user@.service.d/delegate.conf && systemctl daemon-reload && systemctl "
                 "restart " +
                     unit + "  # ends what runs there");
  }
  const Level& parent = *std::prev(without);
  const std::string unit = last_part(without->path);
  if (unit == "cgroupd-tree.service") {
    return wrong(check, name + " is not delegated by " + unit,
                 "systemctl " + std::string(facts.system ? "" : "--user ") + "revert cgroupd-tree");
  }
  return wrong(check, name + " ends at " + parent.path + ", which does not have it in cgroup.subtree_control",
               "echo +" + name + " >" + parent.path + "/cgroup.subtree_control");
}

}  // namespace cgroupd::client
