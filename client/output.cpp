// Writing lines, and finding out what the terminal can show.
#include "client/output.h"

#include <cstdlib>
#include <ostream>
#include <string>

#include <unistd.h>

#include "client/text.h"

namespace cgroupd::client {
namespace {

std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool locale_is_utf8() {
  // The first that is set decides (locale(7)).
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto value = environment(name);
    if (value.empty()) continue;
    std::string lower;
    for (const char c : value) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower.ends_with("utf-8") || lower.ends_with("utf8");
  }
  return false;
}

}  // namespace

void Output::result(std::string_view text) {
  out_ << text;
}

void Output::done(std::string_view text) {
  if (!style_.quiet && !style_.json) out_ << escaped(text) << '\n';
}

void Output::json(std::string_view text) {
  out_ << text << '\n';
}

void Output::flush() {
  out_.flush();
}

void Output::note(std::string_view text) {
  if (!style_.quiet) err_ << "cgctl: " << escaped(text) << '\n';
}

void Output::warning(std::string_view text) {
  err_ << "cgctl: " << escaped(text) << '\n';
}

void Output::error(const Error& error) {
  err_ << "cgctl: " << escaped(error.text()) << '\n';
}

OutputStyle style_of_terminal() {
  OutputStyle style;
  style.colour = ::isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  style.utf8 = locale_is_utf8();
  return style;
}

}  // namespace cgroupd::client
