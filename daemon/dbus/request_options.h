// What may be said beside limits: decoded, and refused when it means nothing.
#pragma once

#include <string>

#include <sdbus-c++/Types.h>

#include "config/declared_cgroups.h"
#include "core/preparation.h"
#include "dbus/wire.h"
#include "model/result.h"

namespace cgroupd {

Result<SetOptions> set_options(const wire::Options& options);
Result<CreateOptions> create_options(const wire::Options& options);
Result<ApplyOptions> apply_options(const wire::Options& options);
Result<ApplyOptions> undo_options(const wire::Options& options);  ///< fewer of them

/// One cgroup of Apply: name, limits, options.
using WireCgroup = sdbus::Struct<std::string, wire::Dictionary, wire::Dictionary>;
Result<DeclaredCgroup> decode_declared(const WireCgroup& cgroup);

/// Parents before children; invalid_argument when one is named twice.
Result<DeclaredCgroups> in_order(DeclaredCgroups all);

}  // namespace cgroupd
