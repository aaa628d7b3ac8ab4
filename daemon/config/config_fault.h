// A mistake in a configuration file, and where it is.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace cgroupd {

struct ConfigFault {
  std::string file;                 ///< as it was opened
  std::optional<std::size_t> line;  ///< counted from 1; none when it is about the whole file
  std::string message;              ///< one sentence, lower case, no final period

  /// "FILE:LINE: sentence", or "FILE: sentence".
  std::string text() const { return file + (line ? ":" + std::to_string(*line) : std::string()) + ": " + message; }
  friend bool operator==(const ConfigFault&, const ConfigFault&) = default;
};

using ConfigFaults = std::vector<ConfigFault>;

/// One fault a line, no newline at the end.
inline std::string print_faults(const ConfigFaults& faults) {
  std::string out;
  for (const ConfigFault& fault : faults) {
    if (!out.empty()) out += '\n';
    out += fault.text();
  }
  return out;
}

}  // namespace cgroupd
