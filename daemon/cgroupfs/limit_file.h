// Limits as interface files hold them: from kernel text, to kernel text, and how the kernel rounds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cgroupfs/kernel.h"
#include "model/limit_value.h"

namespace cgroupd {

/// The value an interface file's text means.
Result<Value> read_limit_text(const Limit& limit, std::string_view kernel_text);

/// Reads and parses the limit's file.
Result<Value> read_limit(Kernel& kernel, const CgroupPath& cgroup, const Limit& limit);

/// What the kernel will hold when asked for `value`: bytes are rounded down to pages (page_counter_memparse), and more
/// pages than a counter can hold are "max".
Value as_kernel_rounds(const Limit& limit, const Value& value);

/// Whether its file holds a line a device, of which each write takes one.
bool is_per_device(const Limit& limit);

/// The writes that lead from one value to another. One, except where it is_per_device().
std::vector<std::string> write_texts(const Limit& limit, const Value& from, const Value& to);

}  // namespace cgroupd
