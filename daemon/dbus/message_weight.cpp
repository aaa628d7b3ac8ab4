// Walks over the values without keeping any.
#include "dbus/message_weight.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "dbus/raw_message.h"

namespace cgroupd {
namespace {

constexpr std::string_view fixed_types = "ynqiuxtd";  // arrays of these lie there as they are

}  // namespace

std::size_t heaviest_request(std::string_view method) {
  constexpr std::size_t kibibyte = 1024;
  return (method == "Apply" ? 512 : 128) * kibibyte;
}

tl::unexpected<Error> too_heavy(std::size_t most) {
  return fail(ErrorCode::limit_exceeded,
              "the request is larger than the " + std::to_string(most >> 10U) + " KiB that one may have",
              "send it in parts");
}

bool Weighing::go_on(std::size_t values) {
  constexpr std::size_t long_value = 128;
  const std::size_t until = weight_ + std::min(values, most_) * long_value;
  for (; values > 0 && weight_ < until; --values) {
    if (look_at_one() == Found::value && weight_ <= most_) continue;
    sd_bus_message_rewind(raw_message(message_), 1);
    return true;
  }
  return false;
}

Weighing::Found Weighing::look_at_one() {
  sd_bus_message* const raw = raw_message(message_);
  char type = 0;
  const char* contents = nullptr;
  const int more = sd_bus_message_peek_type(raw, &type, &contents);
  if (more < 0) return Found::nothing;
  if (more == 0) {
    if (depth_ == 0) return Found::end;
    --depth_;
    return sd_bus_message_exit_container(raw) < 0 ? Found::nothing : Found::value;
  }
  weight_ += weight_of_a_value;
  return (contents == nullptr ? take_basic(type) : take_container(type, contents)) ? Found::value : Found::nothing;
}

bool Weighing::take_basic(char type) {
  sd_bus_message* const raw = raw_message(message_);
  if (type == 's' || type == 'o' || type == 'g') {
    const char* text = nullptr;
    if (sd_bus_message_read_basic(raw, type, &text) < 0) return false;
    weight_ += std::strlen(text);
    return true;
  }
  std::array<std::uint64_t, 2> ignored{};
  return sd_bus_message_read_basic(raw, type, ignored.data()) >= 0;
}

bool Weighing::take_container(char type, std::string_view contents) {
  sd_bus_message* const raw = raw_message(message_);
  if (type == 'a' && contents.size() == 1 && fixed_types.find(contents.front()) != std::string_view::npos) {
    const void* ignored = nullptr;
    std::size_t bytes = 0;
    const bool read = sd_bus_message_read_array(raw, contents.front(), &ignored, &bytes) >= 0;
    weight_ += bytes;
    return read;
  }
  const std::string kept(contents);  // entering moves on
  ++depth_;
  return sd_bus_message_enter_container(raw, type, kept.c_str()) >= 0;
}

Result<std::size_t> Weighing::result() const {
  if (weight_ <= most_) return weight_;
  return too_heavy(most_);
}

}  // namespace cgroupd
