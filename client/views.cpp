// Tables and trees of cgroups.
#include "client/views.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "client/desired_view.h"
#include "client/text.h"
#include "model/quantity.h"

namespace cgroupd::client {
namespace {

// Nothing when the file is not there.
const Value* limit_of(const CgroupStatus& status, std::string_view file) {
  const Limit* const limit = find_limit(file);
  const auto at = status.limits.find(limit);
  return at == status.limits.end() ? nullptr : &at->second;
}

std::optional<std::uint64_t> number_of(const Numbers& numbers, std::string_view key) {
  const auto at = numbers.find(std::string(key));
  return at == numbers.end() ? std::nullopt : std::optional(at->second);
}

constexpr std::uint64_t hundred = 100;

// The current use that counts against a limit, and how it is printed.
struct UseOfLimit {
  std::string_view file;
  std::string_view usage;
};
constexpr std::array uses = {UseOfLimit{"memory.max", "memory.current"}, UseOfLimit{"memory.high", "memory.current"},
                             UseOfLimit{"memory.swap.max", "memory.swap.current"},
                             UseOfLimit{"pids.max", "pids.current"}};

// Shown even when nothing is set: what people look for first.
constexpr std::array<std::string_view, 3> always_shown = {"memory.max", "cpu.max", "pids.max"};

std::string print_number(const Limit& limit, std::uint64_t number) {
  return print_value_for_people(limit, Value(Amount(number)));
}

std::optional<std::uint64_t> amount_of(const Value* value) {
  const auto* const amount = value == nullptr ? nullptr : std::get_if<Amount>(value);
  const auto* const number = amount == nullptr ? nullptr : std::get_if<std::uint64_t>(amount);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::uint64_t percent_of(std::uint64_t use, std::uint64_t limit) {
  if (limit == 0) return use == 0 ? 0 : hundred;
  // Divided first where the product would not fit.
  return use > UINT64_MAX / hundred ? use / (limit / hundred + 1) : use * hundred / limit;
}

Colour colour_of(std::uint64_t percent) {
  constexpr std::uint64_t near = 80;
  constexpr std::uint64_t full = 95;
  return percent >= full ? Colour::red : percent >= near ? Colour::yellow : Colour::none;
}

std::string state_of(const CgroupStatus& status) {
  const std::string state = status.frozen ? "frozen" : status.populated ? "populated" : "empty";
  return drifted_limits(status).empty() ? state : state + ", drifted";
}

// "12.3M (19%)" and "51.7M"; empty where there is nothing to say.
struct UseAndRoom {
  std::string use;
  std::string room;
};

UseAndRoom use_and_room(const CgroupStatus& status, const Limit& limit, const Value& value, const OutputStyle& style) {
  const auto* const known = std::ranges::find(uses, limit.file, &UseOfLimit::file);
  if (known == uses.end()) return {};
  const auto use = number_of(status.usage, known->usage);
  if (!use) return {};
  const auto most = amount_of(&value);
  if (!most) return {.use = print_number(limit, *use), .room = ""};
  const auto percent = percent_of(*use, *most);
  return {.use = coloured(print_number(limit, *use) + " (" + std::to_string(percent) + "%)", colour_of(percent),
                          style.colour),
          .room = print_number(limit, *most - std::min(*use, *most))};
}

std::string limits_table(const CgroupStatus& status, const OutputStyle& style, std::chrono::microseconds now) {
  std::vector<std::vector<std::string>> rows;
  rows.push_back({"  LIMIT", "IN FORCE", "USED", "HEADROOM"});
  if (!status.desired.empty()) rows.front().emplace_back("ASKED FOR BY");
  const auto drifted = drifted_limits(status);
  for (const auto& limit : all_limits()) {
    const auto in_force = status.limits.find(&limit);
    const auto standing = standing_text(status, limit, now);
    const bool is_there = in_force != status.limits.end();
    const bool is_set = is_there && in_force->second != unset_value(limit);
    const bool is_known = is_there && std::ranges::find(always_shown, limit.file) != always_shown.end();
    if (!is_set && !is_known && standing.empty()) continue;
    auto [use, room] = is_there ? use_and_room(status, limit, in_force->second, style) : UseAndRoom();
    const auto shown = is_there ? print_value_for_people(limit, in_force->second) : std::string("-");
    const bool has_drifted = std::ranges::find(drifted, &limit) != drifted.end();
    rows.push_back({"  " + std::string(limit.file), coloured(shown, is_set ? Colour::bold : Colour::none, style.colour),
                    std::move(use), std::move(room),
                    coloured(standing, has_drifted ? Colour::red : Colour::none, style.colour)});
  }
  return rows.size() == 1 ? std::string() : columns(rows);
}

std::string counters_line(const Numbers& numbers) {
  std::string line;
  for (const auto& [name, number] : numbers) {
    if (number == 0) continue;
    line += (line.empty() ? "" : ", ") + name + " " + std::to_string(number);
  }
  return line;
}

std::string cpu_line(const CgroupStatus& status) {
  const auto used = number_of(status.usage, "cpu.usage_usec");
  if (!used) return {};
  constexpr std::uint64_t millisecond = 1000;
  std::string line = print_duration(*used / millisecond * millisecond);
  const auto periods = number_of(status.usage, "cpu.nr_periods").value_or(0);
  const auto throttled = number_of(status.usage, "cpu.nr_throttled").value_or(0);
  if (throttled > 0) {
    line += ", throttled in " + std::to_string(throttled) + " of " + std::to_string(periods) + " periods";
    if (const auto time = number_of(status.usage, "cpu.throttled_usec"))
      line += " for " + print_duration(*time / millisecond * millisecond);
  }
  return line;
}

std::string cpus_of(const CgroupStatus& status) {
  const Value* const value = limit_of(status, "cpu.max");
  const auto* const bandwidth = value == nullptr ? nullptr : std::get_if<Bandwidth>(value);
  if (bandwidth == nullptr) return "-";
  if (!bandwidth->quota_us) return "max";
  return print_millicores(*bandwidth->quota_us * millicores_per_core /
                          std::max<std::uint64_t>(bandwidth->period_us, 1));
}

// "-" where the controller is not there.
std::string used_of(const CgroupStatus& status, std::string_view usage, std::string_view file) {
  const auto use = number_of(status.usage, usage);
  const Limit* const limit = find_limit(file);
  return !use || limit == nullptr ? "-" : print_number(*limit, *use);
}

std::string most_of(const CgroupStatus& status, std::string_view file) {
  const Value* const value = limit_of(status, file);
  const Limit* const limit = find_limit(file);
  return value == nullptr || limit == nullptr ? "-" : print_value_for_people(*limit, *value);
}

// "memory 12.3M/64M (19%)"
std::string use_of_limit(const CgroupStatus& status, std::string_view word, std::string_view usage,
                         std::string_view file, const OutputStyle& style) {
  const auto use = number_of(status.usage, usage);
  const auto most = amount_of(limit_of(status, file));
  std::string text = used_of(status, usage, file) + "/" + most_of(status, file);
  Colour colour = Colour::none;
  if (use && most) {
    const auto percent = percent_of(*use, *most);
    text += " (" + std::to_string(percent) + "%)";
    colour = colour_of(percent);
  }
  return std::string(word) + " " + coloured(std::move(text), colour, style.colour);
}

struct TreeLines {
  const OutputStyle& style;
  const std::map<std::string, std::vector<const CgroupStatus*>>& children;
  std::vector<std::vector<std::string>> rows;

  void add(const std::string& parent, const std::string& indent) {
    const auto below = children.find(parent);
    if (below == children.end()) return;
    for (std::size_t i = 0; i < below->second.size(); ++i) {
      const auto& status = *below->second[i];
      const bool last = i + 1 == below->second.size();
      const std::string_view branch = style.utf8 ? (last ? "└─ " : "├─ ") : (last ? "`- " : "|- ");
      const std::string_view trunk = last ? "   " : style.utf8 ? "│  " : "|  ";
      const std::string leaf = parent.empty() ? status.name : status.name.substr(parent.size() + 1);
      rows.push_back({indent + std::string(branch) + coloured(escaped(leaf), Colour::bold, style.colour),
                      use_of_limit(status, "memory", "memory.current", "memory.max", style),
                      use_of_limit(status, "pids", "pids.current", "pids.max", style), "cpus " + cpus_of(status),
                      state_of(status)});
      add(status.name, indent + std::string(trunk));
    }
  }
};

}  // namespace

std::string show_view(const CgroupStatus& status, const OutputStyle& style, std::chrono::microseconds now) {
  std::string out = coloured(escaped(status.name), Colour::bold, style.colour) + "\n";
  std::vector<std::vector<std::string>> facts = {{"  path", escaped(status.path)}, {"  state", state_of(status)}};
  if (status.drift != DriftPolicy::repair) {
    facts.push_back({"  drift", std::string(drift_policy_name(status.drift))});
  }
  if (auto line = cpu_line(status); !line.empty()) facts.push_back({"  cpu time", std::move(line)});
  if (const auto peak = number_of(status.usage, "memory.peak")) facts.push_back({"  memory peak", print_bytes(*peak)});
  if (auto line = counters_line(status.events); !line.empty()) facts.push_back({"  events", std::move(line)});
  out += columns(facts);
  if (const auto table = limits_table(status, style, now); !table.empty()) out += "\n" + table;
  return out;
}

std::string list_view(std::span<const CgroupStatus> statuses, const OutputStyle& style) {
  std::vector<std::vector<std::string>> rows = {{"NAME", "MEMORY", "MEMORY.MAX", "CPUS", "PIDS", "PIDS.MAX", "STATE"}};
  for (const auto& status : statuses) {
    rows.push_back({coloured(escaped(status.name), Colour::bold, style.colour),
                    used_of(status, "memory.current", "memory.max"), most_of(status, "memory.max"), cpus_of(status),
                    used_of(status, "pids.current", "pids.max"), most_of(status, "pids.max"), state_of(status)});
  }
  return columns(rows);
}

std::string tree_view(std::span<const CgroupStatus> statuses, const OutputStyle& style) {
  std::map<std::string, std::vector<const CgroupStatus*>> children;
  for (const auto& status : statuses) {
    const auto slash = status.name.rfind('/');
    children[slash == std::string::npos ? std::string() : status.name.substr(0, slash)].push_back(&status);
  }
  TreeLines lines{.style = style, .children = children, .rows = {}};
  lines.add("", "");
  const auto& first = statuses.front();
  const bool below_root = first.path.size() > first.name.size() && first.path.ends_with("/" + first.name);
  const std::string root = below_root ? first.path.substr(0, first.path.size() - first.name.size() - 1) : "cgroups";
  return coloured(escaped(root), Colour::dim, style.colour) + "\n" + columns(lines.rows);
}

std::string_view empty_view() {
  return "no cgroups yet; make one: cgctl create web --memory 512M";
}

std::vector<std::string> in_force_lines(std::string_view name, const Values& in_force, const Changes& asked) {
  std::vector<std::string> lines;
  for (const auto& [limit, value] : in_force) {
    std::string line =
        std::string(name) + ": " + std::string(limit->file) + " " + print_value_for_people(*limit, value);
    const auto wish = asked.find(limit);
    if (wish != asked.end()) {
      // A share of the parent cannot be told here; everything else applied to what is in force must change nothing.
      const auto resolved = resolve_change(*limit, wish->second, value, Unlimited{});
      if (resolved && *resolved != value) {
        line = std::string(name) + ": " + std::string(limit->file) + " " + print_value(value) + " (asked " +
               print_value(*resolved) + ")";
        const bool no_limit = value == unset_value(*limit);
        if (limit->kind == ValueKind::bytes) {
          line += no_limit ? ", to the kernel so much is no limit" : ", the kernel keeps whole pages";
        }
      }
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace cgroupd::client
