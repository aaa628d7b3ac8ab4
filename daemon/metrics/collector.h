// Reads every cgroup beneath the delegated root for one scrape, and writes what it found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cgroupfs/kernel.h"
#include "metrics/families.h"
#include "metrics/limit_families.h"
#include "metrics/page.h"

namespace cgroupd {

struct CollectorOptions {
  std::size_t max_cgroups = 4096;                    ///< more are counted as skipped, not read
  std::vector<std::string> hidden = {"supervisor"};  ///< children of the root that are not shown: the tree's holder
};

/// Not thread-safe; belongs to the thread that answers scrapes, and so does its kernel.
class Collector {
 public:
  Collector(Kernel& kernel, CollectorOptions options);

  /// Walks the tree and reads each interface file at most once a cgroup. A file that is absent has no samples; a cgroup
  /// that vanishes on the way costs its own rows only.
  void collect();

  /// The families of the last collect().
  void write(Page& page);

  std::size_t cgroup_count() const { return labels_.size(); }

 private:
  struct Row {
    std::size_t cgroup;  // index into labels_
    std::optional<Device> device;
    double value;
  };
  struct FamilyRows {
    MetricFamily family;
    std::vector<Row> rows;
  };

  void walk(const CgroupPath& cgroup);
  void add(const CgroupPath& cgroup);
  void add_state(const CgroupPath& cgroup);
  void add_limits(const CgroupPath& cgroup);
  std::optional<std::string> read(const CgroupPath& cgroup, std::string_view file);
  std::string_view device_label(Device device);

  Kernel& kernel_;
  CollectorOptions options_;
  std::vector<FamilyRows> families_;  // in page order
  std::unordered_map<std::string_view, std::size_t> family_index_;
  std::vector<std::string> labels_;  // one block a cgroup
  std::map<Device, std::string> device_labels_;
  std::vector<Reading> state_;
  std::vector<LimitReading> limits_;
  std::size_t skipped_above_limit_ = 0;
  std::size_t skipped_by_name_ = 0;
  std::size_t failed_reads_ = 0;
};

}  // namespace cgroupd
