// The table of sections and keys, and the checks they share.
#include "config/daemon_config.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "config/budget_section.h"
#include "config/ini_file.h"
#include "config/joined_limits.h"
#include "model/quantity.h"
#include "model/suggest.h"

namespace cgroupd {
namespace {

constexpr std::string_view defaults_section = "defaults";
constexpr std::string_view profile_section = "profile";
constexpr std::string_view ceilings_section = "ceilings";
constexpr std::string_view budget_section = "budget";
constexpr std::array<std::string_view, 6> sections = {"daemon",        "metrics",        defaults_section,
                                                      profile_section, ceilings_section, budget_section};

Result<void> set_max_cgroups(DaemonConfig& config, const std::string& value, const ConfigContext& /*context*/) {
  constexpr std::uint64_t most = 1'000'000;
  return parse_count(value, 1, most).map([&](std::uint64_t count) { config.max_cgroups = count; });
}

Result<void> set_log_level(DaemonConfig& config, const std::string& value, const ConfigContext& /*context*/) {
  constexpr std::array<std::pair<std::string_view, LogLevel>, 4> levels = {{{"error", LogLevel::error},
                                                                            {"warning", LogLevel::warning},
                                                                            {"info", LogLevel::info},
                                                                            {"debug", LogLevel::debug}}};
  const auto* const level =
      std::ranges::find(levels, std::string_view(value), &std::pair<std::string_view, LogLevel>::first);
  if (level == levels.end()) {
    return fail(ErrorCode::invalid_argument, "'" + value + "' is not a log level",
                "write error, warning, info or debug");
  }
  config.log_level = level->second;
  return {};
}

Result<void> set_drift(DaemonConfig& config, const std::string& value, const ConfigContext& /*context*/) {
  return parse_drift_policy(value).map([&](DriftPolicy policy) { config.drift = policy; });
}

Result<void> set_on_missing(DaemonConfig& config, const std::string& value, const ConfigContext& /*context*/) {
  return parse_on_missing(value).map([&](OnMissing what) { config.on_missing = what; });
}

Result<void> set_listen(DaemonConfig& config, const std::string& value, const ConfigContext& /*context*/) {
  if (value == "none") {
    config.metrics_listen.reset();
    return {};
  }
  return parse_listen_address(value).map([&](ListenAddress address) { config.metrics_listen = std::move(address); });
}

Result<void> set_socket(DaemonConfig& config, const std::string& value, const ConfigContext& context) {
  if (value == "none") {
    config.metrics_socket.reset();
    return {};
  }
  std::string path = value;
  if (path.starts_with("%t/")) {
    if (!context.runtime_directory) {
      return fail(ErrorCode::invalid_argument, "'" + value + "': there is no runtime directory for %t to stand for",
                  "set XDG_RUNTIME_DIR, or write an absolute path");
    }
    path = *context.runtime_directory + path.substr(2);
  }
  if (!path.starts_with('/') || path.ends_with('/')) {
    return fail(ErrorCode::invalid_argument, "'" + value + "' is not the absolute path of a socket",
                "write %t/cgroupd/metrics.sock, another absolute path or none");
  }
  constexpr std::size_t longest = 107;  // sun_path of unix(7), less its NUL
  if (path.size() > longest) {
    return fail(ErrorCode::out_of_range, "the socket's path has " + std::to_string(path.size()) +
                                             " characters; at most " + std::to_string(longest) + " are possible");
  }
  config.metrics_socket = std::move(path);
  return {};
}

template <auto set>
Result<void> in_metrics(DaemonConfig& config, const std::string& value, const ConfigContext& /*context*/) {
  return set(config.metrics, value);
}

struct Key {
  std::string_view section;
  std::string_view name;
  Result<void> (*set)(DaemonConfig&, const std::string& value, const ConfigContext&);
};

constexpr std::array keys = {
    Key{"daemon", "max-cgroups", set_max_cgroups},
    Key{"daemon", "log-level", set_log_level},
    Key{"daemon", "drift", set_drift},
    Key{"daemon", "on-missing", set_on_missing},
    Key{"metrics", "listen", set_listen},
    Key{"metrics", "socket", set_socket},
    Key{"metrics", "max-cgroups", in_metrics<set_metrics_max_cgroups>},
    Key{"metrics", "max-depth", in_metrics<set_metrics_max_depth>},
    Key{"metrics", "include", in_metrics<set_metrics_include>},
    Key{"metrics", "exclude", in_metrics<set_metrics_exclude>},
    Key{"metrics", "exclude-families", in_metrics<set_metrics_exclude_families>},
    Key{"metrics", "kept-files", in_metrics<set_metrics_kept_files>},
    Key{"metrics", "containers", in_metrics<set_metrics_containers>},
    Key{"metrics", "all-users", in_metrics<set_metrics_all_users>},
    Key{"metrics", "cadvisor", in_metrics<set_metrics_cadvisor>},
    Key{"metrics", "web-config", in_metrics<set_metrics_web_config>},
};

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string near = nearest_word(word, candidates);
  return near.empty() ? "" : "did you mean '" + near + "'?";
}

Result<void> check_profile_name(const std::string& name) {
  if (name.empty()) {
    return fail(ErrorCode::invalid_argument, "section [profile] needs a name", "write it as in [profile service]");
  }
  return {};
}

Result<void> check_section(const IniSection& section) {
  if (section.name == "cgroup") {
    return fail(ErrorCode::invalid_argument, "section [cgroup] does not belong in this file",
                "put it in a file of its own in cgroups.d, or give that to cgctl apply -f");
  }
  if (std::ranges::find(sections, section.name) == sections.end()) {
    return fail(ErrorCode::invalid_argument, "unknown section [" + section.name + "]",
                suggestion(section.name, {sections.begin(), sections.end()}));
  }
  if (section.name == profile_section) return check_profile_name(section.argument);
  if (section.name == budget_section) return check_budget_name(section.argument);
  if (!section.argument.empty()) {
    return fail(ErrorCode::invalid_argument,
                "section [" + section.name + "] takes no name, found '" + section.argument + "'");
  }
  return {};
}

Result<void> set_key(const IniEntry& entry, DaemonConfig& config, const ConfigContext& context) {
  const auto* const key = std::ranges::find_if(
      keys, [&](const Key& known) { return known.section == entry.section && known.name == entry.key; });
  if (key != keys.end()) return key->set(config, entry.value, context);

  const auto* const elsewhere = std::ranges::find(keys, std::string_view(entry.key), &Key::name);
  std::vector<std::string_view> here;
  for (const Key& known : keys) {
    if (known.section == entry.section) here.push_back(known.name);
  }
  return fail(ErrorCode::invalid_argument, "unknown key '" + entry.key + "' in section [" + entry.section + "]",
              elsewhere != keys.end() ? "it belongs to section [" + std::string(elsewhere->section) + "]"
                                      : suggestion(entry.key, here));
}

bool is_section(const IniEntry& entry, const IniSection& section) {
  return entry.section == section.name && entry.argument == section.argument;
}

class Loader {
 public:
  explicit Loader(const ConfigContext& context) : context_(context) {
    if (context.runtime_directory) config_.metrics_socket = *context.runtime_directory + "/cgroupd/metrics.sock";
  }

  void add(const ConfigFile& file) {
    IniFile ini = read_ini(file.path, file.text);
    const auto fault = [&](std::size_t line, const Error& error) {
      ini.faults.push_back(ConfigFault{.file = file.path, .line = line, .message = error.text()});
    };
    std::vector<IniSection> unusable;
    for (const IniSection& section : ini.sections) {
      if (const Result<void> checked = check_section(section); !checked) {
        fault(section.line, checked.error());
        unusable.push_back(section);
      } else if (section.name == profile_section) {
        profiles_.try_emplace(section.argument);  // one without limits is a profile, too
      } else if (section.name == budget_section) {
        budget(section.argument);
      }
    }
    for (const IniEntry& entry : ini.entries) {
      // The header's fault says it all.
      if (std::ranges::any_of(unusable, [&](const IniSection& section) { return is_section(entry, section); }))
        continue;
      if (const Result<void> done = apply(entry); !done) fault(entry.line, done.error());
    }
    std::ranges::stable_sort(ini.faults, {}, &ConfigFault::line);
    faults_.insert(faults_.end(), ini.faults.begin(), ini.faults.end());
    config_.files.push_back(file.path);
  }

  DaemonConfigResult finish(const ConfigFaults& of_reading) {
    faults_.insert(faults_.begin(), of_reading.begin(), of_reading.end());
    if (!faults_.empty()) return tl::unexpected(std::move(faults_));
    config_.defaults = defaults_.changes();
    for (const auto& [limit, change] : ceilings_.changes()) config_.ceilings.emplace(limit, *ceiling(*limit, change));
    for (const auto& [name, limits] : profiles_) config_.profiles.emplace(name, limits.changes());
    return std::move(config_);
  }

 private:
  Result<void> apply(const IniEntry& entry) {
    // memory.max takes a blank for 0 (kernel-facts: an instant OOM): nowhere may nothing mean something.
    if (entry.value.empty()) return fail(ErrorCode::invalid_argument, "key '" + entry.key + "' has no value");
    if (entry.section == defaults_section) return defaults_.add(config_.files.size(), entry.key, entry.value);
    if (entry.section == profile_section) {
      return profiles_[entry.argument].add(config_.files.size(), entry.key, entry.value);
    }
    if (entry.section == budget_section) return set_budget_key(budget(entry.argument), entry.key, entry.value);
    if (entry.section == ceilings_section) return add_ceiling(entry);
    return set_key(entry, config_, context_);
  }

  Budget& budget(const std::string& whose) {
    const auto at = std::ranges::find(config_.budgets, whose, &Budget::whose);
    return at != config_.budgets.end() ? *at : config_.budgets.emplace_back(Budget{.whose = whose});
  }

  static Result<Value> ceiling(const Limit& limit, const Change& change) {
    return resolve_change(limit, change, unset_value(limit), Unlimited{});
  }

  Result<void> add_ceiling(const IniEntry& entry) {
    if (auto ok = ceilings_.add(config_.files.size(), entry.key, entry.value); !ok) return ok;
    for (const auto& [limit, change] : ceilings_.changes()) {
      const bool has_direction = limit->kind == ValueKind::bytes || limit->kind == ValueKind::count ||
                                 limit->kind == ValueKind::bandwidth || limit->kind == ValueKind::weight ||
                                 limit->kind == ValueKind::microseconds;
      if (!has_direction) {
        return fail(ErrorCode::invalid_argument,
                    std::string(limit->file) + " has no more and no less to be a ceiling of");
      }
      if (auto value = ceiling(*limit, change); !value) return fail(value.error());
    }
    return {};
  }

  const ConfigContext& context_;
  DaemonConfig config_;
  JoinedLimits defaults_;
  JoinedLimits ceilings_;
  std::map<std::string, JoinedLimits> profiles_;
  ConfigFaults faults_;
};

}  // namespace

DaemonConfigResult parse_daemon_config(const ConfigFiles& files, const ConfigContext& context) {
  Loader loader(context);
  for (const ConfigFile& file : files.files) loader.add(file);
  return loader.finish(files.faults);
}

DaemonConfigResult load_daemon_config(const std::string& main_file, IfMissing if_missing,
                                      const ConfigContext& context) {
  return parse_daemon_config(read_config_files(main_file, if_missing), context);
}

}  // namespace cgroupd
