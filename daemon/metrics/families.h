// The family table: which number of which interface file is which metric.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
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

/// Takes the text of one file apart, cgroup after cgroup. The kernel writes its keys in the same order every time, so
/// what a line was the last time is tried first; a line that differs is looked up.
class StateReader {
 public:
  explicit StateReader(const StateFile& file) : file_(file) {}

  /// Appends what the text says of the file's families; a key that is absent has no reading. `memory_in_use` (bytes)
  /// is what Scale::working_set subtracts from; without it there is none.
  void read(std::string_view text, std::optional<double> memory_in_use, std::vector<Reading>& out);

 private:
  struct Line {
    std::string key;
    std::vector<const FileFamily*> families;  // none: nobody wants it
  };

  void read_keyed(std::string_view text);
  void read_pairs(std::string_view text);
  void take_pair(std::string_view first, std::string_view pair);
  const Line& line_at(std::size_t index, std::string_view text);
  void take(std::string_view key, std::uint64_t number, std::optional<Device> device);
  void take(const FileFamily& family, std::uint64_t number, std::optional<Device> device);

  const StateFile& file_;
  std::vector<Line> lines_;
  std::optional<double> memory_in_use_;  // during read()
  std::vector<Reading>* out_ = nullptr;  // during read()
};

}  // namespace cgroupd
