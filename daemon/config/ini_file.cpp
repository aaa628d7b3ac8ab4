// Lines are checked here before inih sees them, because it cuts, joins and drops in silence.
#include "config/ini_file.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include <ini.h>

namespace cgroupd {
namespace {

constexpr std::string_view blanks = " \t";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

bool is_control_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t longest_shown = 80;
  return "'" + std::string(text.substr(0, longest_shown)) + (text.size() > longest_shown ? "…'" : "'");
}

class Reader {
 public:
  Reader(IniFile& out, std::string_view text) : out_(out), rest_(text) {
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  }

  // Fills inih's buffer with the next line, or with an empty one when the line is not for inih.
  bool next_line(char* buffer, std::size_t size) {
    if (rest_.empty()) return false;
    const std::size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    ++line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    // Leading blanks would make inih take the line for more of the previous value.
    const std::string_view for_inih = inspect(trim(line), size) ? trim(line) : std::string_view();
    std::ranges::copy(for_inih, buffer);
    buffer[for_inih.size()] = '\n';
    buffer[for_inih.size() + 1] = '\0';
    return true;
  }

  void add(std::string_view key, std::string_view value) {
    if (!section_) return;
    if (!seen_.emplace(section_->name, section_->argument, key).second) {
      fault("key " + quoted(key) + " is given twice in this section of the file");
      return;
    }
    out_.entries.push_back(IniEntry{.section = section_->name,
                                    .argument = section_->argument,
                                    .key = std::string(key),
                                    .value = std::string(value),
                                    .line = line_});
  }

  void fault(std::string message) { fault_at(line_, std::move(message)); }
  void fault_at(std::size_t line, std::string message) {
    out_.faults.push_back(ConfigFault{.file = out_.file, .line = line, .message = std::move(message)});
  }

 private:
  // True when the line is a "key = value" that inih will take as it is.
  bool inspect(std::string_view line, std::size_t size) {
    if (line.empty() || line.front() == '#' || line.front() == ';') return false;
    if (std::ranges::any_of(line, is_control_character)) {
      fault("the line has a control character");
      return false;
    }
    // inih keeps 50 bytes of a section's name and says nothing, so headers never reach it.
    if (line.front() == '[') {
      read_header(line);
      return false;
    }
    constexpr std::size_t terminators = 3;  // "\r\n" and NUL, as ini.h counts
    if (line.size() + terminators > size) {
      fault("the line has " + std::to_string(line.size()) + " characters; at most " +
            std::to_string(size - terminators) + " are allowed");
      return false;
    }
    return is_entry(line);
  }

  bool is_entry(std::string_view line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      fault("expected 'key = value', a [section] or a # comment, found " + quoted(line));
      return false;
    }
    const std::string_view key = trim(line.substr(0, equals));
    if (key.empty() || !std::ranges::all_of(key, is_word_character)) {
      fault(quoted(key) + " is not a key: a key is made of letters, digits and - _ .");
      return false;
    }
    // inih drops " ; …" and keeps " # …": either way not what was meant.
    const std::string_view value = line.substr(equals + 1);
    for (std::size_t at = 1; at < value.size(); ++at) {
      if ((value[at] == '#' || value[at] == ';') && blanks.find(value[at - 1]) != std::string_view::npos) {
        fault("a comment needs a line of its own: move " + quoted(value.substr(at)) + " above the key");
        return false;
      }
    }
    if (!section_ && !in_malformed_section_) fault("key " + quoted(key) + " stands before any [section]");
    return section_.has_value();
  }

  void read_header(std::string_view line) {
    section_.reset();
    in_malformed_section_ = true;
    const std::size_t close = line.find(']');
    if (close == std::string_view::npos) {
      fault("the section " + quoted(line) + " lacks its ']'");
      return;
    }
    if (close + 1 != line.size()) {
      fault("found " + quoted(trim(line.substr(close + 1))) + " behind the section's ']'");
      return;
    }
    const std::string_view inside = trim(line.substr(1, close - 1));
    const std::string_view name = inside.substr(0, inside.find_first_of(blanks));
    if (name.empty() || !std::ranges::all_of(name, is_word_character)) {
      fault(quoted(line) + " is not a section: expected [name] or [name argument]");
      return;
    }
    in_malformed_section_ = false;
    section_ =
        IniSection{.name = std::string(name), .argument = std::string(trim(inside.substr(name.size()))), .line = line_};
    out_.sections.push_back(*section_);
  }

  IniFile& out_;
  std::string_view rest_;
  std::size_t line_ = 0;
  std::optional<IniSection> section_;
  bool in_malformed_section_ = false;
  std::set<std::tuple<std::string, std::string, std::string>> seen_;
};

char* give_line(char* buffer, int size, void* reader) {
  return static_cast<Reader*>(reader)->next_line(buffer, static_cast<std::size_t>(size)) ? buffer : nullptr;
}

int take_entry(void* reader, const char* /*section*/, const char* key, const char* value) {
  static_cast<Reader*>(reader)->add(key, value);
  return 1;
}

}  // namespace

IniFile read_ini(std::string file, std::string_view text) {
  IniFile out{.file = std::move(file), .sections = {}, .entries = {}, .faults = {}};
  Reader reader(out, text);
  const int first_bad_line = ini_parse_stream(give_line, &reader, take_entry, &reader);
  if (first_bad_line > 0) reader.fault_at(static_cast<std::size_t>(first_bad_line), "the line cannot be understood");
  if (first_bad_line < 0) reader.fault("out of memory while reading");
  return out;
}

}  // namespace cgroupd
