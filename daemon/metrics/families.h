// The family table: which number of which interface file is which metric.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "metrics/page.h"
#include "model/limit_value.h"

namespace cgroupd {

/// How the file's text is built (cgroup-v2.rst, "Format"; accounting/psi.rst).
enum class FileFormat {
  number,    ///< one number: memory.current
  keyed,     ///< "KEY VALUE" lines: cpu.stat
  pressure,  ///< "some avg10=… total=µs" lines; the key is some or full
  devices,   ///< "MAJ:MIN rbytes=… wbytes=…" lines: io.stat
  lines,     ///< what counts is how many lines there are: cgroup.procs
};

/// What becomes of the kernel's number.
enum class Scale {
  one,
  microseconds,  ///< shown in seconds
  working_set,   ///< memory.current less this number, at least 0
};

struct FileFamily {
  MetricFamily family;
  std::string_view key;  ///< in the file; empty for FileFormat::number and lines
  Scale scale;
  bool cadvisor_only = false;  ///< not on the native page
};

/// All families that one interface file feeds: a scrape reads it once.
struct StateFile {
  std::string_view file;
  FileFormat format;
  std::span<const FileFamily> families;
};

/// In the order of the page. memory.current comes before memory.stat, which needs it for the working set.
std::span<const StateFile> state_files();

/// One number found in a file.
struct Reading {
  const FileFamily* family;
  std::optional<Device> device;
  double value;
};

/// Appends what the text says of the file's families; a key that is absent has no reading. `memory_current` (bytes) is
/// what Scale::working_set subtracts from; without it there is none.
void read_state_text(const StateFile& file, std::string_view text, std::optional<double> memory_current,
                     std::vector<Reading>& out);

}  // namespace cgroupd
