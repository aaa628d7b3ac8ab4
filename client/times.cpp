// Printing of times.
#include "client/times.h"

#include <array>
#include <cstdint>
#include <ctime>
#include <string_view>
#include <utility>

namespace cgroupd::client {
namespace {

constexpr std::int64_t million = 1'000'000;

std::string two_digits(int number) {
  constexpr int hundred = 100;
  return std::to_string(hundred + number % hundred).substr(1);
}

std::string printed(const std::tm& time, char between) {
  constexpr int epoch = 1900;
  return std::to_string(time.tm_year + epoch) + "-" + two_digits(time.tm_mon + 1) + "-" + two_digits(time.tm_mday) +
         between + two_digits(time.tm_hour) + ":" + two_digits(time.tm_min) + ":" + two_digits(time.tm_sec);
}

}  // namespace

std::string print_local_time(std::chrono::microseconds time) {
  const std::time_t seconds = time.count() / million;
  std::tm parts = {};
  ::localtime_r(&seconds, &parts);
  return printed(parts, ' ');
}

std::string print_iso_time(std::chrono::microseconds time) {
  const std::time_t seconds = time.count() / million;
  std::tm parts = {};
  ::gmtime_r(&seconds, &parts);
  return printed(parts, 'T') + "." + std::to_string(million + time.count() % million).substr(1) + "Z";
}

std::string print_time_left(std::chrono::microseconds left) {
  constexpr std::array<std::pair<std::int64_t, char>, 4> units = {{{86'400, 'd'}, {3'600, 'h'}, {60, 'm'}, {1, 's'}}};
  std::int64_t seconds = left.count() / million;
  if (left.count() < million) return "less than 1s";
  std::string text;
  int parts = 0;
  for (const auto& [length, letter] : units) {
    const std::int64_t count = seconds / length;
    seconds %= length;
    if (count == 0 && parts == 0) continue;
    if (count != 0) text += (text.empty() ? "" : " ") + std::to_string(count) + letter;
    if (++parts == 2) break;
  }
  return text;
}

}  // namespace cgroupd::client
