// The text that rows and intents are made of: lines of words between tabs. No name and no value has a tab or a newline.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace cgroupd {

void add_line(std::string& text, std::initializer_list<std::string_view> words);

/// The words of every line.
std::vector<std::vector<std::string_view>> read_lines(std::string_view text);

}  // namespace cgroupd
