// Limits, usage, events and snapshots.
#include "core/status.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "cgroupfs/formats.h"
#include "cgroupfs/host.h"
#include "cgroupfs/limit_file.h"
#include "core/diagnosis.h"

namespace cgroupd {
namespace {

constexpr std::array<std::string_view, 5> usage_files = {"memory.current", "memory.peak", "memory.swap.current",
                                                         "pids.current", "pids.peak"};

// Files of counters: the file, and what stands before the key in the answer.
struct Keyed {
  std::string_view file, prefix;
};
constexpr std::array<Keyed, 3> event_files = {
    {{"memory.events", "memory."}, {"memory.swap.events", "memory.swap."}, {"pids.events", "pids."}}};

void read_keyed(Kernel& kernel, const CgroupPath& cgroup, const Keyed& source, Numbers& into) {
  const auto text = kernel.read(cgroup, source.file);
  if (!text) return;
  for_each_keyed(*text, [&](std::string_view key, std::uint64_t value) {
    into[std::string(source.prefix) + std::string(key)] = value;
  });
}

bool is_file_name(std::string_view file) {
  constexpr std::size_t longest = 64;
  const bool characters = std::ranges::all_of(
      file, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_'; });
  return characters && file.size() <= longest && file.find('.') != std::string_view::npos && file.front() != '.' &&
         file.find("..") == std::string_view::npos;
}

Amount least(const Amount& a, const Amount& b) {
  const auto* const x = std::get_if<std::uint64_t>(&a);
  const auto* const y = std::get_if<std::uint64_t>(&b);
  if (x == nullptr) return b;
  if (y == nullptr) return a;
  return Amount(std::min(*x, *y));
}

Amount number_of(const Result<std::string>& text, const Limit& limit) {
  if (!text) return Unlimited{};
  const auto value = read_limit_text(limit, *text);
  if (!value) return Unlimited{};
  if (const auto* const amount = std::get_if<Amount>(&*value)) return *amount;
  const auto* const bandwidth = std::get_if<Bandwidth>(&*value);
  constexpr std::uint64_t thousand = 1000;
  if (bandwidth == nullptr || !bandwidth->quota_us) return Unlimited{};
  return *bandwidth->quota_us * thousand / bandwidth->period_us;
}

}  // namespace

Result<CgroupStatus> read_status(Kernel& kernel, const CgroupPath& cgroup) {
  const auto state = kernel.read(cgroup, "cgroup.events");
  if (!state) return fail(diagnose(kernel, cgroup, "cgroup.events", state.error()));
  CgroupStatus status{
      .name = cgroup.str(), .path = kernel.absolute_path(cgroup), .limits = {}, .usage = {}, .events = {}};
  status.populated = keyed_value(*state, "populated") == 1;
  status.frozen = keyed_value(*state, "frozen") == 1;
  for (const auto& limit : all_limits()) {
    // Not read_limit(): a look at everything must not push out the files that are kept open for changes.
    const auto text = kernel.read(cgroup, limit.file);
    if (!text) continue;
    if (auto value = read_limit_text(limit, *text)) status.limits.emplace(&limit, *std::move(value));
  }
  for (const auto file : usage_files) {
    const auto text = kernel.read(cgroup, file);
    const auto number = text ? single_number(*text) : std::nullopt;
    if (number) status.usage[std::string(file)] = *number;
  }
  read_keyed(kernel, cgroup, {.file = "cpu.stat", .prefix = "cpu."}, status.usage);
  for (const auto& source : event_files) read_keyed(kernel, cgroup, source, status.events);
  return status;
}

Amount effective_limit_above(Kernel& kernel, const CgroupPath& cgroup, const Limit& limit, const Decided& decided) {
  // A protection or a soft limit is a share of what there may be at all.
  const Limit* const counted =
      limit.controller == "memory" && limit.role != Role::swap_room ? find_limit("memory.max") : &limit;
  Amount effective = Unlimited{};
  for (const auto& ancestor : cgroup.ancestors()) {
    const Value* const coming = decided(ancestor, *counted);
    const auto text =
        coming != nullptr ? Result<std::string>(print_value(*coming)) : kernel.read(ancestor, counted->file);
    effective = least(effective, number_of(text, *counted));
  }
  for (unsigned level = 1;; ++level) {
    if (!kernel.read_above(level, "cgroup.controllers")) break;
    effective = least(effective, number_of(kernel.read_above(level, counted->file), *counted));
  }
  constexpr std::uint64_t thousand = 1000;
  if (counted->kind == ValueKind::bandwidth) effective = least(effective, Amount(host_cpus() * thousand));
  if (counted->role == Role::hard_max) effective = least(effective, Amount(host_memory_bytes()));
  return effective;
}

std::vector<std::string> default_snapshot_fields() {
  return {"memory.current",
          "memory.max",
          "memory.swap.current",
          "pids.current",
          "pids.max",
          "cpu.stat:usage_usec",
          "cpu.stat:nr_throttled",
          "cpu.stat:throttled_usec",
          "memory.events:oom_kill",
          "cgroup.events:populated"};
}

Result<Snapshot> read_snapshot(Kernel& kernel, const std::vector<CgroupPath>& cgroups,
                               const std::vector<std::string>& fields) {
  constexpr std::size_t most_fields = 64;
  struct Field {
    std::string_view file, key;
  };
  if (fields.size() > most_fields)
    return fail(ErrorCode::limit_exceeded, std::to_string(fields.size()) + " fields asked for; at most 64 are allowed");
  std::vector<Field> wanted;
  for (const std::string_view field : fields) {
    const auto colon = std::min(field.find(':'), field.size());
    const auto key = colon == field.size() ? std::string_view() : field.substr(colon + 1);
    if (!is_file_name(field.substr(0, colon))) {
      return fail(ErrorCode::invalid_argument, "'" + std::string(field.substr(0, 64)) + "' is no field",
                  "write memory.current or cpu.stat:usage_usec");
    }
    wanted.push_back({.file = field.substr(0, colon), .key = key});
  }
  Snapshot snapshot;
  for (const auto& cgroup : cgroups) {
    std::vector<std::uint64_t> row;
    row.reserve(wanted.size());
    std::string_view last_file;
    Result<std::string> text = fail(ErrorCode::not_found, "");
    for (const auto& field : wanted) {
      if (field.file != last_file) text = kernel.read(cgroup, field.file);
      last_file = field.file;
      const auto number = !text               ? std::nullopt
                          : field.key.empty() ? single_number(*text)
                                              : keyed_value(*text, field.key);
      row.push_back(number.value_or(std::numeric_limits<std::uint64_t>::max()));
    }
    snapshot.emplace_back(cgroup, std::move(row));
  }
  return snapshot;
}

}  // namespace cgroupd
