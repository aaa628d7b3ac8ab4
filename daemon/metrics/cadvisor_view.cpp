// Rows of native families under other names and labels.
#include "metrics/cadvisor_view.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <ctime>
#include <initializer_list>
#include <map>
#include <optional>

#include <sys/utsname.h>
#include <unistd.h>

#include "metrics/device_names.h"
#include "metrics/families.h"
#include "metrics/machine.h"
#include "metrics/seconds.h"

namespace cgroupd {
namespace {

using CpuQuota = CadvisorView::CpuQuota;

// Dashboards select what has a name and an image, so that nothing of ours may lack one.
constexpr std::string_view unknown_image = "cgroup";
constexpr std::string_view top_label = "id=\"/\"";

std::optional<double> converted(CadvisorValue how, double value, const CpuQuota& quota) {
  switch (how) {
    case CadvisorValue::same:
      return value;
    case CadvisorValue::zero_if_unlimited:
      return std::isinf(value) ? 0 : value;
    case CadvisorValue::if_not_zero:
      return value == 0 ? std::nullopt : std::optional(value);
    case CadvisorValue::if_quota:
      return quota.is_set ? std::optional(value) : std::nullopt;
    case CadvisorValue::microseconds:
      return value * microseconds_per_second;
    case CadvisorValue::shares:
      return std::floor(2 + (value - 1) * 262142 / 9999);
    case CadvisorValue::quota_microseconds:
      return std::isinf(value) ? std::nullopt : std::optional(value * quota.period_seconds * microseconds_per_second);
    case CadvisorValue::zero:
      return 0;
  }
  return std::nullopt;
}

// cAdvisor names a device by its node.
std::string device_block(std::string_view native_block) {
  constexpr std::string_view beginning = "device=\"";
  if (!native_block.starts_with(beginning)) return std::string(native_block);
  return std::string(beginning) + "/dev/" + std::string(native_block.substr(beginning.size()));
}

std::string joined(std::string_view a, std::string_view b) {
  std::string block(a);
  if (!a.empty() && !b.empty()) block += ',';
  return block.append(b);
}

struct NetworkFamily {
  std::string_view name;
  std::uint64_t NetworkInterface::*counter;
};
constexpr std::array<NetworkFamily, 8> network_families = {
    {{"container_network_receive_bytes_total", &NetworkInterface::receive_bytes},
     {"container_network_receive_errors_total", &NetworkInterface::receive_errors},
     {"container_network_receive_packets_dropped_total", &NetworkInterface::receive_dropped},
     {"container_network_receive_packets_total", &NetworkInterface::receive_packets},
     {"container_network_transmit_bytes_total", &NetworkInterface::transmit_bytes},
     {"container_network_transmit_errors_total", &NetworkInterface::transmit_errors},
     {"container_network_transmit_packets_dropped_total", &NetworkInterface::transmit_dropped},
     {"container_network_transmit_packets_total", &NetworkInterface::transmit_packets}}};

}  // namespace

void CadvisorView::write(Page& page, const Collector& collector) {
  label_cgroups(collector);
  read_top();
  std::string_view begun;
  for (const CadvisorFamily& family : cadvisor_families()) {
    write_family(page, collector, family, begun);
  }
  write_network(page, collector);
  write_times(page, collector);
  write_machine(page);
}

void CadvisorView::label_cgroups(const Collector& collector) {
  labels_.clear();
  for (const CgroupNode* const cgroup : collector.cgroups()) {
    const CgroupFacts* const facts = collector.facts_of(*cgroup);
    const Container* const container = cgroup->container.get();
    const auto first_known = [](std::initializer_list<std::string_view> texts) {
      return *std::ranges::find_if(texts, [](std::string_view text) { return !text.empty(); });
    };
    const auto of_facts = [&](std::string CgroupFacts::*member) {
      return facts == nullptr ? std::string_view() : std::string_view(facts->*member);
    };
    const auto of_container = [&](std::string Container::*member) {
      return container == nullptr ? std::string_view() : std::string_view(container->*member);
    };
    std::string& labels = labels_.emplace_back();
    append_label(labels, "id", cgroup->place);
    append_label(labels, "name",
                 first_known({of_facts(&CgroupFacts::container), of_container(&Container::name), cgroup->path.str()}));
    append_label(labels, "image",
                 first_known({of_facts(&CgroupFacts::image), of_container(&Container::image), unknown_image}));
  }
  quotas_.assign(labels_.size(), {});
  for (const Collector::Row& row : collector.rows("cgroup_cpu_quota_cores"))
    quotas_[row.cgroup].is_set = !std::isinf(row.value);
  for (const Collector::Row& row : collector.rows("cgroup_cpu_period_seconds"))
    quotas_[row.cgroup].period_seconds = row.value;
}

// The top of the hierarchy has no memory.current; for the machine as a whole /proc/meminfo says it.
void CadvisorView::read_top() {
  top_.clear();
  const MachineMemory memory = read_machine_memory();
  const auto in_use = static_cast<double>(memory.total - memory.free);
  std::map<Device, std::string> devices;
  std::vector<Reading> readings;
  for (const StateFile& file : state_files()) {
    const OrErrno<std::string> text = reader_.read_top(file.file);
    if (!text) continue;
    readings.clear();
    StateReader(file).read(*text, in_use, readings);
    for (const Reading& reading : readings) {
      std::string device;
      if (reading.device) append_label(device, "device", device_name(*reading.device));
      top_.push_back({.family = reading.family->family.name, .device = std::move(device), .value = reading.value});
    }
  }
  top_.push_back({.family = "cgroup_memory_current_bytes", .device = {}, .value = in_use});
  top_.push_back({.family = "cgroup_memory_max_bytes", .device = {}, .value = static_cast<double>(memory.total)});
  top_.push_back(
      {.family = "cgroup_memory_swap_current_bytes", .device = {}, .value = static_cast<double>(memory.swap_used)});
}

void CadvisorView::write_family(Page& page, const Collector& collector, const CadvisorFamily& family,
                                std::string_view& begun) const {
  const auto sample = [&](std::string_view labels, std::string_view device, double value, const CpuQuota& quota) {
    const std::optional<double> shown = converted(family.value, value, quota);
    if (!shown) return;
    if (family.family.name != begun) page.begin(family.family);
    begun = family.family.name;
    if (device.empty() && family.more_labels.empty()) {
      page.sample(labels, *shown);
    } else {
      page.sample(labels, joined(device_block(device), family.more_labels), *shown);
    }
  };
  for (const Collector::Row& row : collector.rows(family.source))
    sample(labels_[row.cgroup], collector.devices()[row.device], row.value, quotas_[row.cgroup]);
  for (const TopRow& row : top_) {
    if (row.family == family.source) sample(top_label, row.device, row.value, {});
  }
}

void CadvisorView::write_network(Page& page, const Collector& collector) const {
  struct Network {
    std::string_view labels;
    std::vector<NetworkInterface> interfaces;
  };
  std::vector<Network> networks = {{.labels = top_label, .interfaces = read_our_network()}};
  for (const auto& [cgroup, process] : collector.members()) {
    std::vector<NetworkInterface> interfaces = read_own_network(process);
    if (!interfaces.empty()) networks.push_back({.labels = labels_[cgroup], .interfaces = std::move(interfaces)});
  }
  for (const NetworkFamily& family : network_families) {
    page.begin({family.name, MetricType::counter, "Of the interface, as a process of the cgroup sees it"});
    for (const Network& network : networks) {
      for (const NetworkInterface& interface : network.interfaces) {
        std::string label;
        append_label(label, "interface", interface.name);
        page.sample(network.labels, label, static_cast<double>(interface.*(family.counter)));
      }
    }
  }
}

void CadvisorView::write_times(Page& page, const Collector& collector) const {
  const double now = now_in_unix_seconds();
  timespec since_boot = {};
  clock_gettime(CLOCK_BOOTTIME, &since_boot);
  const double booted = std::floor(now - static_cast<double>(since_boot.tv_sec));
  for (const std::string_view name : {"container_start_time_seconds", "container_creation_time_seconds"}) {
    page.begin({name, MetricType::gauge, "When the cgroup was made, as a Unix time"});
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      if (const auto created = collector.cgroups()[i]->reader->created()) page.sample(labels_[i], std::floor(*created));
    }
    page.sample(top_label, booted);
  }
  page.begin({"container_last_seen", MetricType::gauge, "When it was last looked at, as a Unix time"});
  for (const std::string& labels : labels_) page.sample(labels, std::floor(now));
  page.sample(top_label, std::floor(now));
}

void CadvisorView::write_machine(Page& page) const {
  page.single({"machine_cpu_cores", MetricType::gauge, "CPUs online"},
              static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN)));
  page.single({"machine_memory_bytes", MetricType::gauge, "Memory of the machine"},
              static_cast<double>(read_machine_memory().total));
  utsname system = {};
  uname(&system);
  std::string labels;
  append_label(labels, "kernelVersion", static_cast<const char*>(system.release));
  append_label(labels, "cadvisorVersion", "cgroupd " + version_);
  page.begin({"cadvisor_version_info", MetricType::gauge, "Who speaks here in cAdvisor's words"});
  page.sample(labels, 1);
}

}  // namespace cgroupd
