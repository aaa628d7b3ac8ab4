// Create and SetLimits, straight off their message and straight onto the answer's: in sdbus each variant is a message
// of its own, and these are the calls that come most often.
#pragma once

#include <cstddef>
#include <memory>

#include <sdbus-c++/Message.h>

#include "dbus/wire.h"
#include "model/cgroup_path.h"
#include "model/limit_change.h"
#include "model/limit_value.h"
#include "model/result.h"

namespace cgroupd {

/// The arguments (sa{sv}a{sv}) of Create and SetLimits.
struct LimitsRequest {
  std::size_t weight = 0;  ///< as of Weighing
  Result<CgroupPath> cgroup;
  Result<Changes> limits;
  Result<wire::Options> options;
};

/// Reads them and leaves the message as it was. What a single argument has wrong stands in its place; limit_exceeded
/// when they weigh more than `most`.
Result<std::unique_ptr<LimitsRequest>> read_limits_request(const sdbus::MethodCall& call, std::size_t most);

/// Answers a{sv}: what is in force, as wire::encode_values() has it, and what was skipped. Throws sdbus::Error when it
/// cannot be sent.
void answer_limits(const sdbus::MethodCall& call, const Values& in_force, const wire::Skipped& skipped);

}  // namespace cgroupd
