// What of the configuration can change while we run, and who goes by it.
#pragma once

#include <cstdint>

#include "command_line.h"
#include "config/daemon_config.h"
#include "config/declared_cgroups.h"
#include "core/admission.h"
#include "core/manager.h"
#include "core/reconciler.h"

namespace cgroupd {

/// What [daemon], [defaults] and the profiles say, for those who prepare changes.
Preparation::Options preparation_options(const DaemonConfig& config);

/// Declared limits as they are in cgroups.d; what a user has stated over an unchanged line stays.
void apply_declared(Manager& manager, const DeclaredCgroups& cgroups, const Manager::OutcomeDone& done);

class Reloads {
 public:
  /// All references must outlive this object. `at_start`: what they go by now.
  Reloads(const CommandLine& line, const DaemonConfig& at_start, Manager& manager, Reconciler& reconciler,
          Admission& admission)
      : line_(line),
        at_start_(at_start),
        in_use_(at_start),
        manager_(manager),
        reconciler_(reconciler),
        admission_(admission) {}

  /// All of the new configuration, or nothing of it. Of what is read at the start only, the steps say that it waits.
  void reload(const Manager::OutcomeDone& done);

 private:
  void go_by(const DaemonConfig& config);

  const CommandLine& line_;
  const DaemonConfig at_start_;
  DaemonConfig in_use_;
  std::uint64_t reloads_ = 0;
  std::uint64_t newest_in_use_ = 0;
  Manager& manager_;
  Reconciler& reconciler_;
  Admission& admission_;
};

}  // namespace cgroupd
