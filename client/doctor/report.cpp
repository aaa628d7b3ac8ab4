// Lines and JSON.
#include "client/doctor/report.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "client/text.h"

namespace cgroupd::client {

std::string doctor_view(const std::vector<Finding>& findings, const OutputStyle& style) {
  std::size_t width = 0;
  for (const auto& finding : findings) width = std::max(width, finding.check.size());
  std::string text;
  for (const auto& finding : findings) {
    text += finding.ok ? "ok     " : coloured("wrong", Colour::red, style.colour) + "  ";
    text += padded(finding.check, width) + "  " + escaped(finding.says) + "\n";
    if (finding.ok || finding.mend.empty()) continue;
    text += std::string(7, ' ') + (finding.needs_root ? "mend, as root: " : "mend: ") + escaped(finding.mend) + "\n";
  }
  return text;
}

std::string doctor_json(const std::vector<Finding>& findings, const HostFacts& facts) {
  using Json = nlohmann::ordered_json;
  Json all = Json::array();
  for (const auto& finding : findings) {
    Json one = {{"check", finding.check}, {"ok", finding.ok}, {"says", finding.says}};
    if (!finding.ok) {
      one["mend"] = finding.mend;
      one["needs_root"] = finding.needs_root;
    }
    all.push_back(std::move(one));
  }
  Json levels = Json::array();
  for (const auto& level : facts.levels) {
    levels.push_back(
        {{"path", level.path}, {"controllers", level.controllers}, {"subtree_control", level.subtree_control}});
  }
  const Json json = {{"ok", all_is_fine(findings)}, {"findings", all}, {"levels", levels}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace cgroupd::client
