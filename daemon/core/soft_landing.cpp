// Squeeze, check, set.
#include "core/soft_landing.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>

#include "cgroupfs/formats.h"
#include "cgroupfs/host.h"
#include "cgroupfs/limit_file.h"
#include "core/diagnosis.h"
#include "core/executor.h"
#include "model/quantity.h"

namespace cgroupd {
namespace {

using Clock = std::chrono::steady_clock;

// Room left below the new limit before it is set, so that a page fault in between does not reach it.
std::uint64_t with_margin(std::uint64_t target) {
  constexpr std::uint64_t most_margin = 1U << 20U;
  return target - std::min<std::uint64_t>(target / 16, most_margin);
}

std::uint64_t used(Kernel& kernel, const CgroupPath& cgroup) {
  const auto text = kernel.read(cgroup, "memory.current");
  return text ? single_number(*text).value_or(0) : 0;
}

bool may_swap(Kernel& kernel, const CgroupPath& cgroup) {
  const auto room = kernel.read(cgroup, "memory.swap.max");
  return room && *room != "0\n" && host_free_swap_bytes() > 0;
}

// What reclaim cannot take away (memory.stat, cgroup-v2.rst).
std::uint64_t unreclaimable(Kernel& kernel, const CgroupPath& cgroup) {
  constexpr std::array<std::string_view, 6> pinned = {
      "unevictable", "slab_unreclaimable", "kernel_stack", "pagetables", "percpu", "sock"};
  constexpr std::array<std::string_view, 2> swappable = {"active_anon", "inactive_anon"};  // shared memory included
  const auto text = kernel.read(cgroup, "memory.stat");
  if (!text) return 0;
  std::uint64_t bytes = 0;
  for (const auto key : pinned) bytes += keyed_value(*text, key).value_or(0);
  if (!may_swap(kernel, cgroup)) {
    for (const auto key : swappable) bytes += keyed_value(*text, key).value_or(0);
  }
  return bytes;
}

Error impossible(const Step& step, std::uint64_t wanted, std::uint64_t stuck, std::uint64_t now,
                 const std::string& why) {
  return Error{.code = ErrorCode::busy,
               .message = step.cgroup.str() + ": memory.max cannot go down to " + print_bytes(wanted) +
                          " without killing: " + why + "; " + print_bytes(now) + " in use, of which " +
                          print_bytes(stuck) + " cannot be reclaimed; nothing was changed",
               .hint = "stop something in it, add swap, or say --force to let the kernel kill"};
}

// Microseconds in which all of the cgroup stood still for memory (psi.rst); 0 where there is no PSI.
std::uint64_t full_stall_us(Kernel& kernel, const CgroupPath& cgroup) {
  const auto text = kernel.read(cgroup, "memory.pressure");
  const auto full = text ? text->find("full ") : std::string::npos;
  if (full == std::string::npos) return 0;
  constexpr std::string_view key = "total=";
  const auto total = text->find(key, full);
  if (total == std::string::npos) return 0;
  return single_number(std::string_view(*text).substr(total + key.size())).value_or(0);
}

// Sleeps; shorter when asked to stop.
void rest(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any nobody;
  nobody.wait_for(lock, stop, time, [] { return false; });
}

// Takes memory away bit by bit until `goal`, the deadline, or (unless `patient`) until nothing more gives way. A
// workload that stands still half of the time is given a rest. Answers what is in use then.
std::uint64_t reclaim_down_to(Kernel& kernel, const CgroupPath& cgroup, std::uint64_t goal, Clock::time_point deadline,
                              bool patient, const std::stop_token& stop) {
  constexpr int most_fruitless = 8;
  constexpr std::uint64_t most_at_once = std::uint64_t{64} << 20U;
  constexpr std::chrono::milliseconds pause(100);
  std::uint64_t now = used(kernel, cgroup);
  auto stalled = full_stall_us(kernel, cgroup);
  auto since = Clock::now();
  for (int fruitless = 0; now > goal && Clock::now() < deadline && !stop.stop_requested();) {
    // EAGAIN says only that less than asked was found; what counts is whether use went down.
    [[maybe_unused]] const auto ignored =
        kernel.write(cgroup, "memory.reclaim", std::to_string(std::min(now - goal, most_at_once)));
    const std::uint64_t after = used(kernel, cgroup);
    fruitless = after < now ? 0 : fruitless + 1;
    now = after;
    if (fruitless >= most_fruitless && !patient) break;
    const auto stalled_now = full_stall_us(kernel, cgroup);
    const std::chrono::duration<double, std::micro> passed = Clock::now() - since;
    const bool suffers = static_cast<double>(stalled_now - stalled) > passed.count() / 2;
    if (suffers || fruitless >= most_fruitless) rest(stop, pause);
    stalled = stalled_now;
    since = Clock::now();
  }
  return now;
}

std::uint64_t number_or(const Value& value, std::uint64_t otherwise) {
  const auto* const number = std::get_if<std::uint64_t>(&std::get<Amount>(value));
  return number == nullptr ? otherwise : *number;
}

// memory.max after memory.high has pressed the use down. Leaves memory.high where that ended.
Result<Value> squeeze_and_lower(Kernel& kernel, const Step& step, std::uint64_t wanted,
                                std::optional<std::uint64_t> high, std::chrono::milliseconds within,
                                const std::stop_token& stop) {
  const std::uint64_t goal = with_margin(wanted);
  const auto deadline = Clock::now() + within;
  // In quarters of the way: one big step would stall the workload for as long as all of the reclaim takes. Never above
  // the memory.high there is: that would be a raise.
  constexpr std::uint64_t steps = 4;
  const std::uint64_t begin =
      std::min(used(kernel, step.cgroup), high.value_or(std::numeric_limits<std::uint64_t>::max()));
  for (std::uint64_t i = 1; i <= steps && begin > goal; ++i) {
    const auto text = std::to_string(i == steps ? goal : begin - (begin - goal) / steps * i);
    if (auto ok = kernel.write(step.cgroup, "memory.high", text); !ok) {
      return fail(diagnose(kernel, step.cgroup, "memory.high", ok.error()));
    }
  }
  const bool patient = within > ExecuteOptions().within;
  const std::uint64_t now = reclaim_down_to(kernel, step.cgroup, goal, deadline, patient, stop);
  if (stop.stop_requested())
    return fail(ErrorCode::busy,
                step.cgroup.str() + ": given up before memory.max could be lowered; nothing was changed");
  if (now > wanted) {
    return fail(impossible(step, wanted, unreclaimable(kernel, step.cgroup), now,
                           Clock::now() < deadline ? "reclaim makes no more progress" : "the time given is over"));
  }
  auto text = kernel.write(step.cgroup, step.limit->file, print_value(step.to));
  if (!text) return fail(diagnose(kernel, step.cgroup, step.limit->file, text.error()));
  return read_limit_text(*step.limit, *text);
}

}  // namespace

Result<Value> land_softly(Kernel& kernel, const Step& step, std::chrono::milliseconds within,
                          const std::stop_token& stop) {
  const std::uint64_t wanted = number_or(step.to, 0);
  if (const auto stuck = unreclaimable(kernel, step.cgroup); stuck > with_margin(wanted)) {
    return fail(impossible(step, wanted, stuck, used(kernel, step.cgroup), "too much of it cannot be reclaimed"));
  }
  const auto high = kernel.read(step.cgroup, "memory.high");
  if (!high) return fail(diagnose(kernel, step.cgroup, "memory.high", high.error()));
  auto landed = squeeze_and_lower(kernel, step, wanted, single_number(*high), within, stop);
  [[maybe_unused]] const auto ignored = kernel.write(step.cgroup, "memory.high", high->substr(0, high->find('\n')));
  return landed;
}

}  // namespace cgroupd
