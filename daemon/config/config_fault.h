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

/// What somebody is told of them, a line each. Who named the wrong folder is told of the first hundred, and how many
/// more there are.
inline std::vector<std::string> lines_of(const ConfigFaults& faults) {
  constexpr std::size_t most = 100;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < faults.size() && i < most; ++i) lines.push_back(faults[i].text());
  if (faults.size() > most) lines.push_back("and " + std::to_string(faults.size() - most) + " more");
  return lines;
}

/// The same in one text, no newline at the end.
inline std::string print_faults(const ConfigFaults& faults) {
  std::string out;
  for (const std::string& line : lines_of(faults)) {
    if (!out.empty()) out += '\n';
    out += line;
  }
  return out;
}

}  // namespace cgroupd
