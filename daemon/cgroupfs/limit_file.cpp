// Kernel text of limits.
#include "cgroupfs/limit_file.h"

#include <limits>
#include <set>

#include <unistd.h>

namespace cgroupd {
namespace {

std::vector<std::string> device_max_lines(const DeviceMaxima& from, const DeviceMaxima& to) {
  std::set<Device> devices;
  for (const auto& [device, max] : from.devices) devices.insert(device);
  for (const auto& [device, max] : to.devices) devices.insert(device);
  std::vector<std::string> lines;
  for (const auto& device : devices) {
    const auto before = from.devices.find(device);
    const auto after = to.devices.find(device);
    const DeviceMax wanted = after == to.devices.end() ? DeviceMax{} : after->second;
    if (before != from.devices.end() && before->second == wanted) continue;
    const auto word = [](const auto& number) { return number ? std::to_string(*number) : std::string("max"); };
    lines.push_back(print_device(device) + " rbps=" + word(wanted.read_bps) + " wbps=" + word(wanted.write_bps) +
                    " riops=" + word(wanted.read_iops) + " wiops=" + word(wanted.write_iops));
  }
  return lines;
}

std::vector<std::string> device_weight_lines(const DeviceWeights& from, const DeviceWeights& to) {
  std::vector<std::string> lines;
  if (from.default_weight != to.default_weight) lines.push_back("default " + std::to_string(to.default_weight));
  for (const auto& [device, weight] : to.devices) {
    const auto before = from.devices.find(device);
    if (before == from.devices.end() || before->second != weight)
      lines.push_back(print_device(device) + " " + std::to_string(weight));
  }
  for (const auto& [device, weight] : from.devices) {
    if (!to.devices.contains(device)) lines.push_back(print_device(device) + " default");
  }
  return lines;
}

}  // namespace

Result<Value> read_limit_text(const Limit& limit, std::string_view kernel_text) {
  return parse_value(limit, kernel_text);
}

Result<Value> read_limit(Kernel& kernel, const CgroupPath& cgroup, const Limit& limit) {
  return kernel.read_often(cgroup, limit.file).and_then([&](const std::string& text) {
    return read_limit_text(limit, text);
  });
}

Value as_kernel_rounds(const Limit& limit, const Value& value) {
  const auto* const amount = std::get_if<Amount>(&value);
  if (amount == nullptr || limit.kind != ValueKind::bytes) return value;
  const auto* const bytes = std::get_if<std::uint64_t>(amount);
  if (bytes == nullptr) return value;
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t pages = *bytes / page;
  const std::uint64_t most_pages = std::numeric_limits<std::int64_t>::max() / page;  // PAGE_COUNTER_MAX on 64 bits
  if (pages >= most_pages) return Value(Amount(Unlimited{}));
  return Value(Amount(pages * page));
}

bool is_per_device(const Limit& limit) {
  return limit.kind == ValueKind::device_max || limit.kind == ValueKind::device_weight;
}

std::vector<std::string> write_texts(const Limit& limit, const Value& from, const Value& to) {
  if (limit.kind == ValueKind::device_max)
    return device_max_lines(std::get<DeviceMaxima>(from), std::get<DeviceMaxima>(to));
  if (limit.kind == ValueKind::device_weight)
    return device_weight_lines(std::get<DeviceWeights>(from), std::get<DeviceWeights>(to));
  std::string text = print_value(to);
  // A write of nothing does not reach the kernel; an empty line clears a list (cpuset.c, update_cpumask()).
  if (text.empty()) text = "\n";
  return {text};
}

}  // namespace cgroupd
