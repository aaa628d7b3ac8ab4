// What the core knows of cgroups beyond what the kernel holds, for views that run on other threads.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "model/cgroup_path.h"
#include "model/limit_value.h"

namespace cgroupd {

using UnixTime = std::chrono::system_clock::time_point;

/// Facts about one cgroup. An empty text is one that is not known.
struct CgroupFacts {
  Values desired = {};                       ///< what was asked for and is being kept, limit by limit
  std::optional<UnixTime> lease_end = {};    ///< of the lease that ends first
  std::optional<UnixTime> last_change = {};  ///< of the newest entry of its history
  std::string container = {};                ///< the runtime's name for it: "web"
  std::string pod = {};
  std::string image = {};    ///< "docker.io/library/nginx:latest"
  std::string runtime = {};  ///< "podman"
  std::string unit = {};     ///< the systemd unit, for an adopted scope
  std::string policy = {};   ///< the profile whose limits it has
};

/// Everything known at one moment. A cgroup that is not in it exists in the kernel, but is not managed.
struct Facts {
  std::map<CgroupPath, std::shared_ptr<const CgroupFacts>> cgroups = {};  ///< never null
};

/// Implemented by the core, asked by any thread: the answer never changes once given out.
class PublishedFacts {
 public:
  PublishedFacts() = default;
  PublishedFacts(const PublishedFacts&) = delete;
  PublishedFacts& operator=(const PublishedFacts&) = delete;
  PublishedFacts(PublishedFacts&&) = delete;
  PublishedFacts& operator=(PublishedFacts&&) = delete;
  virtual ~PublishedFacts() = default;

  /// The newest facts, never null. Thread-safe, and quick enough for every scrape: a pointer to what is there already.
  virtual std::shared_ptr<const Facts> facts() const = 0;
};

/// For whoever has no core to ask.
class NoFacts final : public PublishedFacts {
 public:
  std::shared_ptr<const Facts> facts() const override { return none_; }

 private:
  std::shared_ptr<const Facts> none_ = std::make_shared<const Facts>();
};

}  // namespace cgroupd
