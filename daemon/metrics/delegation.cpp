// cgroup.controllers of the root, beside what the limit table would need.
#include "metrics/delegation.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cgroupfs/formats.h"
#include "model/limits.h"

namespace cgroupd {

void write_delegation(Page& page, TreeReader& reader) {
  const auto text = reader.read_root("cgroup.controllers");
  if (!text) return;
  const std::vector<std::string_view> delegated = words(*text);
  std::set<std::string_view> controllers;
  for (const Limit& limit : all_limits()) controllers.insert(limit.controller);
  page.begin({"cgroupd_controller_delegated", MetricType::gauge,
              "Whether limits of the controller can be enforced here (cgroup.controllers of the delegated root)"});
  for (const std::string_view controller : controllers) {
    std::string label;
    append_label(label, "controller", controller);
    page.sample(label, std::ranges::find(delegated, controller) == delegated.end() ? 0 : 1);
  }
}

}  // namespace cgroupd
