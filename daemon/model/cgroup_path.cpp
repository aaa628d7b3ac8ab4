// Parsing names of cgroups.
#include "model/cgroup_path.h"

#include <algorithm>
#include <array>

namespace cgroupd {
namespace {

constexpr std::string_view advice =
    "a name is made of letters, digits and _ . : @ + - and '/' for nesting, as in batch/nightly";

// Controllers whose interface files could collide with a child's name (cgroup-v2.rst, "Controllers").
constexpr std::array<std::string_view, 13> reserved_prefixes = {
    "cgroup.", "cpu.",  "cpuset.",     "memory.", "io.",    "pids.", "hugetlb.",
    "rdma.",   "misc.", "perf_event.", "dmem.",   "debug.", "irq."};

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_name_character(char c) {
  return is_alphanumeric(c) || c == '.' || c == ':' || c == '@' || c == '+' || c == '-';
}

// What the user typed, safe to print in one line.
std::string quoted(std::string_view text) {
  constexpr std::size_t longest_shown = 80;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "'";
  for (const char c : text.substr(0, longest_shown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += digits[byte >> 4U];
      out += digits[byte & 0xfU];
    } else {
      out += c;
    }
  }
  if (text.size() > longest_shown) out += "…";
  return out + "'";
}

// The character that begins at `at`, with all of its bytes when it is no ASCII.
std::string_view character_at(std::string_view text, std::size_t at) {
  constexpr auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; };
  std::size_t length = 1;
  while (at + length < text.size() && continues(text[at + length])) ++length;
  return text.substr(at, length);
}

Result<void> check_component(std::string_view whole, std::string_view component) {
  const auto named = [whole] { return "name " + quoted(whole); };
  if (component.empty()) {
    return fail(ErrorCode::invalid_argument, named() + " has an empty part between slashes", std::string(advice));
  }
  if (component == "." || component == "..") {
    return fail(ErrorCode::invalid_argument, named() + ": " + quoted(component) + " would leave the delegated tree",
                std::string(advice));
  }
  if (component.size() > CgroupPath::max_component) {
    return fail(ErrorCode::invalid_argument, named() + ": a part has " + std::to_string(component.size()) +
                                                 " characters; at most " + std::to_string(CgroupPath::max_component) +
                                                 " are allowed");
  }
  const auto* const bad = std::find_if_not(component.begin(), component.end(), is_name_character);
  if (bad != component.end()) {
    const auto at = static_cast<std::size_t>(bad - component.begin());
    return fail(ErrorCode::invalid_argument,
                named() + ": character " + quoted(character_at(component, at)) + " is not allowed",
                std::string(advice));
  }
  if (!is_alphanumeric(component.front())) {
    return fail(ErrorCode::invalid_argument, named() + ": a part begins with " + quoted(component.substr(0, 1)),
                "begin it with a letter, a digit or _");
  }
  const auto* const reserved =
      std::ranges::find_if(reserved_prefixes, [&](auto prefix) { return component.starts_with(prefix); });
  if (reserved != reserved_prefixes.end()) {
    return fail(ErrorCode::invalid_argument,
                named() + ": names that begin with '" + std::string(*reserved) + "' are the kernel's interface files",
                "choose another name");
  }
  return {};
}

}  // namespace

Result<CgroupPath> CgroupPath::parse(std::string_view text) {
  if (text.empty()) return fail(ErrorCode::invalid_argument, "the name is empty", std::string(advice));
  if (text.size() > max_length) {
    return fail(ErrorCode::invalid_argument, "name " + quoted(text) + " has " + std::to_string(text.size()) +
                                                 " characters; at most " + std::to_string(max_length) + " are allowed");
  }
  if (text.front() == '/') {
    return fail(ErrorCode::invalid_argument, "name " + quoted(text) + " begins with '/'",
                "names are relative to the delegated tree; leave the first slash out");
  }
  std::size_t depth = 0;
  for (std::size_t begin = 0; begin <= text.size(); ++depth) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    if (auto ok = check_component(text, text.substr(begin, end - begin)); !ok) return fail(ok.error());
    begin = end + 1;
  }
  if (depth > max_depth) {
    return fail(ErrorCode::invalid_argument, "name " + quoted(text) + " is nested " + std::to_string(depth) +
                                                 " deep; at most " + std::to_string(max_depth) + " is allowed");
  }
  return CgroupPath(std::string(text));
}

Result<CgroupPath> CgroupPath::child(std::string_view component) const {
  if (component.find('/') != std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, "name " + quoted(component) + ": one part has no '/' in it",
                std::string(advice));
  }
  return parse(is_root() ? std::string(component) : text_ + "/" + std::string(component));
}

std::string_view CgroupPath::name() const {
  const std::string_view text = text_;
  const auto slash = text.rfind('/');
  return slash == std::string_view::npos ? text : text.substr(slash + 1);
}

CgroupPath CgroupPath::parent() const {
  const auto slash = text_.rfind('/');
  return slash == std::string::npos ? CgroupPath() : CgroupPath(text_.substr(0, slash));
}

std::vector<CgroupPath> CgroupPath::ancestors() const {
  std::vector<CgroupPath> result;
  if (is_root()) return result;
  result.emplace_back();
  for (auto slash = text_.find('/'); slash != std::string::npos; slash = text_.find('/', slash + 1)) {
    result.push_back(CgroupPath(text_.substr(0, slash)));
  }
  return result;
}

std::size_t CgroupPath::depth() const {
  return is_root() ? 0 : static_cast<std::size_t>(std::ranges::count(text_, '/')) + 1;
}

bool CgroupPath::contains(const CgroupPath& other) const {
  return is_root() || other.text_ == text_ ||
         (other.text_.size() > text_.size() && other.text_[text_.size()] == '/' && other.text_.starts_with(text_));
}

}  // namespace cgroupd
