// *.pressure and the switch that hides them (kernel/sched/psi.c).
#include <array>
#include <cerrno>

#include "support/fake/machine.h"
#include "support/fake/text.h"

namespace cgroupd::fake {
namespace {

constexpr std::string_view nothing = "avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";

Text read_pressure(const Machine&, const Cgroup&) {
  return "some " + std::string(nothing) + "full " + std::string(nothing);
}

// psi_trigger_create() for somebody without CAP_SYS_RESOURCE. The trigger lives as long as the open file.
int write_trigger(Machine&, Cgroup&, std::string_view text) {
  constexpr std::uint64_t second = 1'000'000;
  const auto words = words_of(text);
  std::uint64_t threshold = 0;
  std::uint64_t window = 0;
  if (words.size() != 3 || (words[0] != "some" && words[0] != "full")) return EINVAL;
  std::string_view first = words[1];
  std::string_view second_word = words[2];
  if (!scan_number(first, threshold) || !scan_number(second_word, window)) return EINVAL;
  if (window == 0 || window > 10 * second || threshold == 0 || threshold > window) return EINVAL;
  return window % (2 * second) == 0 ? 0 : EINVAL;
}

Text read_shown(const Machine&, const Cgroup& cgroup) {
  return line(cgroup.pressure_shown ? 1 : 0);
}

int write_shown(Machine&, Cgroup& cgroup, std::string_view text) {
  const auto value = kstrtoint(stripped(text));
  if (!value) return value.error();
  if (*value < 0 || *value > 1) return ERANGE;
  cgroup.pressure_shown = *value == 1;
  return 0;
}

bool is_shown(const Machine&, const Cgroup& cgroup) {
  return cgroup.pressure_shown;
}

constexpr std::array files = {
    File{.name = "cpu.pressure",
         .read = read_pressure,
         .write = write_trigger,
         .exists = is_shown,
         .on_hierarchy_root = true},
    File{.name = "memory.pressure",
         .read = read_pressure,
         .write = write_trigger,
         .exists = is_shown,
         .on_hierarchy_root = true},
    File{.name = "io.pressure",
         .read = read_pressure,
         .write = write_trigger,
         .exists = is_shown,
         .on_hierarchy_root = true},
    File{.name = "cgroup.pressure", .read = read_shown, .write = write_shown},
};

}  // namespace

std::span<const File> pressure_files() {
  return files;
}

}  // namespace cgroupd::fake
