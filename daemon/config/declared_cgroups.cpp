// Sections to cgroups, each fault with its line.
#include "config/declared_cgroups.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "config/ini_file.h"
#include "config/joined_limits.h"
#include "model/suggest.h"

namespace cgroupd {
namespace {

constexpr std::string_view cgroup_section = "cgroup";
constexpr std::string_view profile_key = "profile";
constexpr std::string_view drift_key = "drift";
constexpr std::string_view on_missing_key = "on-missing";
// What stands in cgroupd.conf, told apart from a typing mistake.
constexpr std::array<std::string_view, 6> daemons_sections = {"daemon",  "metrics",  "defaults",
                                                              "profile", "ceilings", "budget"};

Result<CgroupPath> name_of(const IniSection& section) {
  if (section.name != cgroup_section) {
    const bool is_daemons = std::ranges::find(daemons_sections, section.name) != daemons_sections.end();
    const std::string near = nearest_word(section.name, {cgroup_section});
    return fail(ErrorCode::invalid_argument, "unknown section [" + section.name + "]",
                is_daemons     ? "it belongs to cgroupd.conf; here every section is a [cgroup NAME]"
                : near.empty() ? "here every section is a [cgroup NAME]"
                               : "did you mean 'cgroup'?");
  }
  if (section.argument.empty()) {
    return fail(ErrorCode::invalid_argument, "section [cgroup] needs a name", "write it as in [cgroup web]");
  }
  return CgroupPath::parse(section.argument);
}

struct Joined {
  JoinedLimits limits;
  std::optional<std::string> profile;
  std::optional<DriftPolicy> drift;
  std::optional<OnMissing> on_missing;
};

class DeclaredReader {
 public:
  void add(const ConfigFile& file) {
    IniFile ini = read_ini(file.path, file.text);
    const auto fault = [&](std::size_t line, const Error& error) {
      ini.faults.push_back(ConfigFault{.file = file.path, .line = line, .message = error.text()});
    };
    ++files_;
    std::map<std::string, CgroupPath> usable;  // by what stands in the header
    std::set<std::pair<std::string, std::string>> seen;
    for (const IniSection& section : ini.sections) {
      const bool is_first = seen.emplace(section.name, section.argument).second;
      auto name = name_of(section);
      if (!name) {
        fault(section.line, name.error());
      } else if (!is_first) {
        fault(section.line, {.code = ErrorCode::invalid_argument,
                             .message = "[cgroup " + name->str() + "] stands twice in this file",
                             .hint = "put its keys together"});
      } else {
        cgroups_.try_emplace(*name);
        usable.emplace(section.argument, *std::move(name));
      }
    }
    for (const IniEntry& entry : ini.entries) {
      const auto cgroup = usable.find(entry.argument);
      // The header's fault says it all.
      if (entry.section != cgroup_section || cgroup == usable.end()) continue;
      if (const Result<void> done = apply(entry, cgroups_[cgroup->second]); !done) fault(entry.line, done.error());
    }
    std::ranges::stable_sort(ini.faults, {}, &ConfigFault::line);
    faults_.insert(faults_.end(), ini.faults.begin(), ini.faults.end());
  }

  DeclaredCgroupsResult finish(const ConfigFaults& of_reading) {
    faults_.insert(faults_.begin(), of_reading.begin(), of_reading.end());
    if (!faults_.empty()) return tl::unexpected(std::move(faults_));
    DeclaredCgroups declared;
    // A path sorts behind the paths above it, being longer.
    for (auto& [name, joined] : cgroups_) {
      declared.push_back(DeclaredCgroup{.name = name,
                                        .limits = joined.limits.changes(),
                                        .profile = std::move(joined.profile),
                                        .drift = joined.drift,
                                        .on_missing = joined.on_missing});
    }
    return declared;
  }

 private:
  Result<void> apply(const IniEntry& entry, Joined& into) const {
    // memory.max takes a blank for 0 (an instant OOM): nowhere may nothing mean something.
    if (entry.value.empty()) return fail(ErrorCode::invalid_argument, "key '" + entry.key + "' has no value");
    if (entry.key == profile_key) {
      into.profile = entry.value;
      return {};
    }
    if (entry.key == drift_key) {
      return parse_drift_policy(entry.value).map([&](DriftPolicy policy) { into.drift = policy; });
    }
    if (entry.key == on_missing_key) {
      return parse_on_missing(entry.value).map([&](OnMissing what) { into.on_missing = what; });
    }
    Result<void> added = into.limits.add(files_, entry.key, entry.value);
    if (!added && added.error().code == ErrorCode::unknown_limit) {
      if (const std::string near = nearest_word(entry.key, {profile_key, drift_key, on_missing_key}); !near.empty()) {
        return fail(ErrorCode::invalid_argument, "unknown key '" + entry.key + "'", "did you mean '" + near + "'?");
      }
    }
    return added;
  }

  std::map<CgroupPath, Joined> cgroups_;
  std::size_t files_ = 0;
  ConfigFaults faults_;
};

}  // namespace

DeclaredCgroupsResult parse_declared_cgroups(const ConfigFiles& files) {
  DeclaredReader reader;
  for (const ConfigFile& file : files.files) reader.add(file);
  return reader.finish(files.faults);
}

}  // namespace cgroupd
