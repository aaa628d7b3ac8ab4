// Lines of key and value.
#include "runtimes/mark.h"

#include <algorithm>
#include <array>

#include "runtimes/clean_text.h"

namespace cgroupd {
namespace {

struct Key {
  std::string_view name;
  std::string Container::*member;
};
constexpr std::array<Key, 5> keys = {{{"container", &Container::name},
                                      {"runtime", &Container::runtime},
                                      {"policy", &Container::policy},
                                      {"pod", &Container::pod},
                                      {"image", &Container::image}}};

}  // namespace

std::string write_mark(const Container& container) {
  std::string text;
  for (const Key& key : keys) {
    const std::string value = clean_text(container.*(key.member));
    if (value.empty() || text.size() + key.name.size() + value.size() + 2 > longest_mark) continue;
    text.append(key.name).append("=").append(value).append("\n");
  }
  return text;
}

Container read_mark(std::string_view text) {
  Container container;
  if (text.size() > longest_mark) return container;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const auto* const key = std::ranges::find(keys, line.substr(0, equals), &Key::name);
    if (key != keys.end()) container.*(key->member) = clean_text(line.substr(equals + 1));
  }
  return container;
}

}  // namespace cgroupd
