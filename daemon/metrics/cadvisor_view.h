// /metrics/cadvisor: what the collector found, in cAdvisor's words.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cgroupfs/tree_reader.h"
#include "metrics/cadvisor_families.h"
#include "metrics/collector.h"
#include "metrics/page.h"

namespace cgroupd {

/// Unlike cAdvisor's own, its rows have no timestamp: a container that is gone is gone with the next scrape.
class CadvisorView {
 public:
  /// cpu.max of one cgroup.
  struct CpuQuota {
    bool is_set = false;
    double period_seconds = 0;
  };

  CadvisorView(TreeReader& reader, std::string version) : reader_(reader), version_(std::move(version)) {}

  /// The families of `collector`'s last look, with a row `id="/"` for the whole machine.
  void write(Page& page, const Collector& collector);

 private:
  struct TopRow {
    std::string_view family;
    std::string device;  ///< a label block
    double value;
  };

  void label_cgroups(const Collector& collector);
  void read_top();
  void write_family(Page& page, const Collector& collector, const CadvisorFamily& family,
                    std::string_view& begun) const;
  void write_network(Page& page, const Collector& collector) const;
  void write_times(Page& page, const Collector& collector) const;
  void write_machine(Page& page) const;

  TreeReader& reader_;
  std::string version_;
  std::vector<std::string> labels_;  // a block a cgroup
  std::vector<CpuQuota> quotas_;
  std::vector<TopRow> top_;
};

}  // namespace cgroupd
