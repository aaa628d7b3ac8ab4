// The walk: cgroup by cgroup while reading, family by family while writing.
#include "metrics/collector.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "cgroupfs/limit_file.h"
#include "metrics/device_names.h"

namespace cgroupd {
namespace {

// ENODEV: the cgroup went away under an open file. EOPNOTSUPP: pressure switched off, processes of a threaded cgroup.
bool is_absence(const Error& error) {
  return error.code == ErrorCode::not_found || error.code == ErrorCode::unsupported || error.errno_value == ENOENT ||
         error.errno_value == ENODEV || error.errno_value == EOPNOTSUPP;
}

}  // namespace

Collector::Collector(Kernel& kernel, CollectorOptions options) : kernel_(kernel), options_(std::move(options)) {
  const auto know = [this](const MetricFamily& family) {
    family_index_.emplace(family.name, families_.size());
    families_.push_back(FamilyRows{.family = family, .rows = {}});
  };
  for (const StateFile& file : state_files()) {
    for (const FileFamily& row : file.families) know(row.family);
  }
  for (const Limit& limit : all_limits()) {
    for (const Metric& metric : limit.metrics) {
      know(MetricFamily{.name = metric.name, .type = MetricType::gauge, .help = metric.help});
    }
  }
}

void Collector::collect() {
  for (FamilyRows& family : families_) family.rows.clear();
  labels_.clear();
  device_labels_.clear();  // a number may be another device's by now
  skipped_above_limit_ = 0;
  skipped_by_name_ = 0;
  failed_reads_ = 0;
  walk(CgroupPath());
}

void Collector::walk(const CgroupPath& cgroup) {
  const Result<std::vector<std::string>> names = kernel_.children(cgroup);
  if (!names) {
    if (!is_absence(names.error())) ++failed_reads_;
    return;
  }
  for (const std::string& name : *names) {
    if (cgroup.is_root() && std::ranges::find(options_.hidden, name) != options_.hidden.end()) continue;
    const Result<CgroupPath> child = cgroup.child(name);
    if (!child) {
      ++skipped_by_name_;
    } else if (labels_.size() >= options_.max_cgroups) {
      ++skipped_above_limit_;
    } else {
      add(*child);
      walk(*child);
    }
  }
}

void Collector::add(const CgroupPath& cgroup) {
  append_label(labels_.emplace_back(), "cgroup", cgroup.str());
  add_state(cgroup);
  add_limits(cgroup);
}

void Collector::add_state(const CgroupPath& cgroup) {
  std::optional<double> memory_current;
  for (const StateFile& file : state_files()) {
    const std::optional<std::string> text = read(cgroup, file.file);
    if (!text) continue;
    state_.clear();
    read_state_text(file, *text, memory_current, state_);
    for (const Reading& reading : state_) {
      if (file.file == "memory.current") memory_current = reading.value;
      FamilyRows& family = families_[family_index_.at(reading.family->family.name)];
      family.rows.push_back(Row{.cgroup = labels_.size() - 1, .device = reading.device, .value = reading.value});
    }
  }
}

void Collector::add_limits(const CgroupPath& cgroup) {
  for (const Limit& limit : all_limits()) {
    if (limit.metrics.empty()) continue;
    const std::optional<std::string> text = read(cgroup, limit.file);
    if (!text) continue;
    const Result<Value> value = read_limit_text(limit, *text);
    if (!value) {
      ++failed_reads_;
      continue;
    }
    limits_.clear();
    read_limit_value(limit, *value, limits_);
    for (const LimitReading& reading : limits_) {
      FamilyRows& family = families_[family_index_.at(reading.metric->name)];
      family.rows.push_back(Row{.cgroup = labels_.size() - 1, .device = reading.device, .value = reading.value});
    }
  }
}

std::optional<std::string> Collector::read(const CgroupPath& cgroup, std::string_view file) {
  Result<std::string> text = kernel_.read(cgroup, file);
  if (text) return std::move(*text);
  if (!is_absence(text.error())) ++failed_reads_;
  return std::nullopt;
}

std::string_view Collector::device_label(Device device) {
  const auto [at, added] = device_labels_.try_emplace(device);
  if (added) append_label(at->second, "device", device_name(device));
  return at->second;
}

void Collector::write(Page& page) {
  for (const FamilyRows& family : families_) {
    if (family.rows.empty()) continue;
    page.begin(family.family);
    for (const Row& row : family.rows) {
      page.sample(labels_[row.cgroup], row.device ? device_label(*row.device) : std::string_view(), row.value);
    }
  }
  page.single({"cgroupd_managed_cgroups", MetricType::gauge, "Cgroups beneath the delegated root that this page shows"},
              static_cast<double>(labels_.size()));
  page.begin({"cgroupd_cgroups_skipped", MetricType::gauge, "Cgroups this page leaves out"});
  page.sample("reason=\"limit\"", static_cast<double>(skipped_above_limit_));
  page.sample("reason=\"name\"", static_cast<double>(skipped_by_name_));
  page.single({"cgroupd_scrape_failed_reads", MetricType::gauge,
               "Interface files that are there but could not be read or understood in this scrape"},
              static_cast<double>(failed_reads_));
}

}  // namespace cgroupd
