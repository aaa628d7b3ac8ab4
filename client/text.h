// Words, columns and colours for people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cgroupd::client {

/// Control characters and bytes that are not UTF-8 become \xNN, so that nothing a terminal obeys is ever shown.
/// A newline stays when `keep_newlines`.
std::string escaped(std::string_view text, bool keep_newlines = false);

/// How many columns a terminal uses for it: code points, without colour sequences.
std::size_t width_of(std::string_view text);

std::string padded(std::string text, std::size_t width);

enum class Colour { none, dim, bold, red, yellow, cyan };

/// The text itself when colours are off.
std::string coloured(std::string text, Colour colour, bool enabled);

/// Columns two blanks apart, each as wide as its widest cell; no trailing blanks.
std::string columns(const std::vector<std::vector<std::string>>& rows);

/// "a", "a and b", "a, b and c".
std::string joined_with_and(const std::vector<std::string_view>& words);

}  // namespace cgroupd::client
