// The metrics of the daemon and its cgroups, over HTTP: the entry of this layer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cgroupfs/file_descriptor.h"
#include "cgroupfs/tree_reader.h"
#include "config/listen_address.h"
#include "core/published_facts.h"
#include "metrics/collector.h"
#include "metrics/self_metrics.h"
#include "model/result.h"

namespace cgroupd {

struct ExporterOptions {
  std::optional<ListenAddress> listen;      ///< TCP; not used when a TCP listener was handed over
  std::optional<std::string> socket;        ///< absolute path; not used when a unix listener was handed over
  std::vector<FileDescriptor> handed_over;  ///< listening sockets from the service manager
  std::optional<std::string> web_config;    ///< absolute path of a web configuration; guards the TCP listeners
  bool cadvisor = false;                    ///< there is /metrics/cadvisor
  CollectorOptions collector;
  std::string version;  ///< for the landing page
};

/// Serves /metrics, /-/healthy, /-/ready and / on a thread of its own, which alone uses `reader`: a scrape never waits
/// for the bus nor the bus for a scrape. Scrapes that wait at the same time share one look at the kernel.
class Exporter {
 public:
  /// A listener that cannot be opened (its port is taken) is a complaint, not an error; the others serve all the same.
  /// So is a web configuration with a fault: then there is no TCP listener, rather than one without its guard.
  /// `self` and `facts` must outlive the exporter.
  static Result<std::unique_ptr<Exporter>> start(ExporterOptions options, std::unique_ptr<TreeReader> reader,
                                                 const SelfMetrics& self, const PublishedFacts& facts);
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;
  Exporter(Exporter&&) = delete;
  Exporter& operator=(Exporter&&) = delete;
  ~Exporter();

  /// Where it serves: "http://127.0.0.1:9753" (https:// with a certificate),
  /// "unix:/run/user/1000/cgroupd/metrics.sock".
  const std::vector<std::string>& addresses() const { return addresses_; }
  /// A sentence for every listener that could not be opened.
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  class Site;
  Exporter();
  std::vector<std::string> addresses_;
  std::vector<std::string> complaints_;
  std::unique_ptr<Site> site_;
};

}  // namespace cgroupd
