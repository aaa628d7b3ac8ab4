// Values of the keys of [metrics].
#include "config/metrics_config.h"

#include <sstream>

#include "model/cgroup_path.h"
#include "model/quantity.h"

namespace cgroupd {
namespace {

// "none" is the empty list: a key without a value is a mistake.
std::vector<std::string> words_of(const std::string& value) {
  if (value == "none") return {};
  std::istringstream in(value);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

Result<bool> yes_or_no(const std::string& value) {
  if (value != "yes" && value != "no")
    return fail(ErrorCode::invalid_argument, "'" + value + "' is neither yes nor no");
  return value == "yes";
}

}  // namespace

Result<void> set_metrics_max_cgroups(MetricsConfig& config, const std::string& value) {
  constexpr std::uint64_t most = 1'000'000;
  return parse_count(value, 1, most).map([&](std::uint64_t count) { config.max_cgroups = count; });
}

Result<void> set_metrics_max_depth(MetricsConfig& config, const std::string& value) {
  return parse_count(value, 1, CgroupPath::max_depth).map([&](std::uint64_t depth) { config.max_depth = depth; });
}

Result<void> set_metrics_include(MetricsConfig& config, const std::string& value) {
  config.include = words_of(value);
  return {};
}

Result<void> set_metrics_exclude(MetricsConfig& config, const std::string& value) {
  config.exclude = words_of(value);
  return {};
}

Result<void> set_metrics_exclude_families(MetricsConfig& config, const std::string& value) {
  config.exclude_families = words_of(value);
  return {};
}

Result<void> set_metrics_kept_files(MetricsConfig& config, const std::string& value) {
  constexpr std::uint64_t most = 1'000'000;
  if (value == "auto") {
    config.kept_files.reset();
    return {};
  }
  return parse_count(value, 0, most).map([&](std::uint64_t count) { config.kept_files = count; });
}

Result<void> set_metrics_containers(MetricsConfig& config, const std::string& value) {
  return yes_or_no(value).map([&](bool yes) { config.containers = yes; });
}

Result<void> set_metrics_all_users(MetricsConfig& config, const std::string& value) {
  return yes_or_no(value).map([&](bool yes) { config.all_users = yes; });
}

Result<void> set_metrics_cadvisor(MetricsConfig& config, const std::string& value) {
  return yes_or_no(value).map([&](bool yes) { config.cadvisor = yes; });
}

Result<void> set_metrics_web_config(MetricsConfig& config, const std::string& value) {
  if (value == "none") {
    config.web_config.reset();
    return {};
  }
  if (!value.starts_with('/')) {
    return fail(ErrorCode::invalid_argument, "'" + value + "' is not the absolute path of a file",
                "write an absolute path or none");
  }
  config.web_config = value;
  return {};
}

}  // namespace cgroupd
