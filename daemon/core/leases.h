// Ends leases on time.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "core/events.h"
#include "core/time.h"
#include "core/transactions.h"

namespace cgroupd {

/// One alarm for the next end there is; none when there is no lease.
class Leases {
 public:
  /// `left_over` is told a cgroup whose limits could not follow the end of a lease (more memory in use than the old
  /// limit allows, say): somebody must go on trying.
  Leases(Kernel& kernel, Transactions& transactions, Time& time, ManagerEvents& events,
         std::function<void(const CgroupPath&)> left_over);

  /// After the desired state has changed, and at the start: what is over, also while nobody looked, ends now.
  void rearm();

 private:
  void ring();
  void end(const CgroupPath& cgroup, bool in_the_kernel);

  Kernel& kernel_;
  Transactions& transactions_;
  Time& time_;
  ManagerEvents& events_;
  std::function<void(const CgroupPath&)> left_over_;
  // Cgroups whose lease is over, and being ended, which may take long; those where that failed have a time to try
  // again. None of them may keep the others waiting.
  std::map<CgroupPath, std::optional<std::chrono::microseconds>> ending_;
  std::unique_ptr<Alarm> alarm_;
};

}  // namespace cgroupd
