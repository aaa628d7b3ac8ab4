// io.* (block/blk-iocost.c, block/blk-throttle.c)
#include <algorithm>
#include <array>
#include <cerrno>

#include "support/fake/machine.h"
#include "support/fake/text.h"

namespace cgroupd::fake {
namespace {

// blkg_conf_prep(): "MAJ:MIN" of a disk that exists.
tl::expected<Device, int> find_device(const Machine& machine, std::string_view text) {
  const auto device = parse_device(text);
  if (!device) return tl::unexpected(EINVAL);
  if (std::ranges::find(machine.host.devices, *device) == machine.host.devices.end()) return tl::unexpected(ENODEV);
  return *device;
}

bool weight_in_range(std::uint64_t weight) {
  return weight >= 1 && weight <= 10'000;
}

Text read_weight(const Machine&, const Cgroup& cgroup) {
  std::string text = "default " + line(cgroup.io.weights.default_weight);
  for (const auto& [device, weight] : cgroup.io.weights.devices) text += print_device(device) + " " + line(weight);
  return text;
}

// "N" and "default N", or "MAJ:MIN N" and "MAJ:MIN default", which takes the device's own weight away.
int write_weight(Machine& machine, Cgroup& cgroup, std::string_view text) {
  auto words = words_of(text);
  std::uint64_t weight = 0;
  if (text.find(':') == std::string_view::npos) {
    if (!words.empty() && words[0] == "default") words.erase(words.begin());
    if (words.empty() || !scan_number(words[0], weight) || !weight_in_range(weight)) return EINVAL;
    cgroup.io.weights.default_weight = weight;
    return 0;
  }
  const auto device = find_device(machine, words[0]);
  if (!device) return device.error();
  if (!machine.host.io_cost) return EOPNOTSUPP;
  if (words.size() < 2) return EINVAL;
  if (words[1] == "default") {
    cgroup.io.weights.devices.erase(*device);
    return 0;
  }
  if (!scan_number(words[1], weight) || !weight_in_range(weight)) return EINVAL;
  cgroup.io.weights.devices[*device] = weight;
  return 0;
}

bool has_weight(const Machine& machine, const Cgroup&) {
  return machine.host.io_weight;
}

using Part = std::optional<std::uint64_t> DeviceMax::*;
constexpr std::array<std::pair<std::string_view, Part>, 4> parts = {{{"rbps", &DeviceMax::read_bps},
                                                                     {"wbps", &DeviceMax::write_bps},
                                                                     {"riops", &DeviceMax::read_iops},
                                                                     {"wiops", &DeviceMax::write_iops}}};

Text read_max(const Machine&, const Cgroup& cgroup) {
  std::string text;
  for (const auto& [device, max] : cgroup.io.maxima.devices) {
    text += print_device(device);
    for (const auto& [name, part] : parts) {
      const auto& number = max.*part;
      text += " " + std::string(name) + "=" + (number ? std::to_string(*number) : "max");
    }
    text += "\n";
  }
  return text;
}

// tg_set_limit(): one device a write; what is not named keeps its value; nothing is taken over from a line with a
// fault.
int write_max(Machine& machine, Cgroup& cgroup, std::string_view text) {
  const auto words = words_of(text);
  if (words.empty()) return EINVAL;
  const auto device = find_device(machine, words[0]);
  if (!device) return device.error();
  DeviceMax max = cgroup.io.maxima.devices[*device];
  int error = 0;
  for (std::size_t i = 1; i < words.size() && error == 0; ++i) {
    const auto equals = words[i].find('=');
    const auto part = std::ranges::find(parts, words[i].substr(0, equals), &std::pair<std::string_view, Part>::first);
    std::string_view value = equals == std::string_view::npos ? std::string_view() : words[i].substr(equals + 1);
    const bool unlimited = value == "max";
    std::uint64_t number = 0;
    if (!unlimited && !scan_number(value, number)) error = EINVAL;
    if (error == 0 && !unlimited && number == 0) error = ERANGE;
    if (error == 0 && part == parts.end()) error = EINVAL;
    if (error == 0) max.*(part->second) = unlimited ? std::optional<std::uint64_t>() : std::optional(number);
  }
  if (error == 0) cgroup.io.maxima.devices[*device] = max;
  std::erase_if(cgroup.io.maxima.devices, [](const auto& entry) { return entry.second.empty(); });
  return error;
}

Text read_cost(const Machine& machine, const Cgroup&) {
  std::string text;
  for (const auto& device : machine.host.devices) {
    if (machine.host.io_cost) text += print_device(device) + " enable=1 ctrl=auto\n";
  }
  return text;
}

bool is_top(const Machine& machine, const Cgroup& cgroup) {
  return machine.host.io_weight && cgroup.parent == nullptr;
}

Text read_stat(const Machine&, const Cgroup&) {
  return std::string();
}

constexpr std::array files = {
    File{.name = "io.stat", .controller = "io", .read = read_stat, .on_hierarchy_root = true},
    File{.name = "io.cost.qos", .controller = "io", .read = read_cost, .exists = is_top, .on_hierarchy_root = true},
    File{.name = "io.max", .controller = "io", .read = read_max, .write = write_max},
    File{.name = "io.weight", .controller = "io", .read = read_weight, .write = write_weight, .exists = has_weight},
};

}  // namespace

std::span<const File> io_files() {
  return files;
}

}  // namespace cgroupd::fake
