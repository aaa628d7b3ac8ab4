// Only what is new is written.
#include "core/container_marks.h"

#include <set>

#include "cgroupfs/attribute.h"
#include "runtimes/mark.h"

namespace cgroupd {

ContainerMarks::ContainerMarks(RuntimePlaces places, std::string mount_point, std::string root)
    : catalog_(std::move(places)), mount_point_(std::move(mount_point)), root_(std::move(root)) {}

void ContainerMarks::changed() {
  watch_.take();
  const auto before = catalog_.generation();
  catalog_.refresh();
  // What was made between a look and its watch would not be heard of.
  watch_.watch(catalog_.directories_to_watch());
  catalog_.refresh();
  watch_.watch(catalog_.directories_to_watch());
  if (catalog_.generation() == before) return;
  std::set<std::string> places;
  for (const auto& [id, container] : catalog_.containers()) {
    if (!container->cgroup.empty()) places.insert(container->cgroup);
  }
  std::erase_if(
      marked_, [&](const auto& marked) { return !places.contains(marked.first) && !policies_.contains(marked.first); });
  for (const std::string& place : places) mark(place);
}

void ContainerMarks::desired_changed(const CgroupPath& cgroup, const DesiredCgroup& desired) {
  const std::string place = root_ + "/" + cgroup.str();
  const std::string policy = desired.drift ? std::string(drift_policy_name(*desired.drift)) : std::string();
  if (policy.empty() && !policies_.contains(place)) return;
  if (policy.empty()) {
    policies_.erase(place);
  } else {
    policies_.insert_or_assign(place, policy);
  }
  marked_.erase(place);  // the cgroup may be another one by now
  mark(place);
}

void ContainerMarks::mark(const std::string& place) {
  const auto known = catalog_.at(place);
  Container container = known ? *known : Container();
  if (const auto policy = policies_.find(place); policy != policies_.end()) container.policy = policy->second;
  std::string text = write_mark(container);
  if (const auto marked = marked_.find(place); marked != marked_.end() && marked->second == text) return;
  // A container that does not run has no cgroup, and a kernel before 5.7 no marks: neither is anybody's fault.
  if (set_attribute(mount_point_ + place, container_mark, text)) {
    marked_.insert_or_assign(place, std::move(text));
  } else {
    marked_.erase(place);
  }
}

}  // namespace cgroupd
