// INI text to sections and entries, each with its line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/config_fault.h"

namespace cgroupd {

/// "[profile web]" has the name "profile" and the argument "web"; "[daemon]" has no argument ("").
struct IniSection {
  std::string name;
  std::string argument;
  std::size_t line = 0;
  friend bool operator==(const IniSection&, const IniSection&) = default;
};

/// "key = value". The value is trimmed and may be empty.
struct IniEntry {
  std::string section;
  std::string argument;
  std::string key;
  std::string value;
  std::size_t line = 0;
  friend bool operator==(const IniEntry&, const IniEntry&) = default;
};

struct IniFile {
  std::string file;                  ///< the name given, for messages
  std::vector<IniSection> sections;  ///< every well-formed header, empty sections too
  std::vector<IniEntry> entries;
  ConfigFaults faults;
};

/// Reads the whole text and collects every fault. Nothing is cut or guessed: a line that is too long for inih (197
/// characters), a comment behind a value, a repeated key, a control character are faults. Blanks before a key mean
/// nothing. Lines under a malformed header are left out, as they belong to no known section.
IniFile read_ini(std::string file, std::string_view text);

}  // namespace cgroupd
