// Walks over the values without keeping any.
#include "dbus/message_weight.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "dbus/raw_message.h"

namespace cgroupd {
namespace {

// Of a value or a container beside its text: it becomes an object of ours, whatever its size on the wire.
constexpr std::size_t each = 16;
constexpr std::string_view fixed_types = "ynqiuxtd";  // arrays of these lie there as they are

class Scales {
 public:
  Scales(sd_bus_message* message, std::size_t most) : message_(message), most_(most) {}

  /// False when there is too much, or when the message cannot be read (which the method itself will say).
  bool weigh() {
    while (true) {
      char type = 0;
      const char* contents = nullptr;
      const int more = sd_bus_message_peek_type(message_, &type, &contents);
      if (more <= 0) return more == 0;
      if (!(contents == nullptr ? basic(type) : container(type, contents)) || weight_ > most_) return false;
    }
  }
  std::size_t weight() const { return weight_; }

 private:
  bool container(char type, std::string_view contents) {
    weight_ += each;
    if (type == 'a' && contents.size() == 1 && fixed_types.find(contents.front()) != std::string_view::npos) {
      const void* ignored = nullptr;
      std::size_t bytes = 0;
      const bool read = sd_bus_message_read_array(message_, contents.front(), &ignored, &bytes) >= 0;
      weight_ += bytes;
      return read;
    }
    const std::string kept(contents);  // entering moves on
    return sd_bus_message_enter_container(message_, type, kept.c_str()) >= 0 && weigh() &&
           sd_bus_message_exit_container(message_) >= 0;
  }

  bool basic(char type) {
    weight_ += each;
    if (type == 's' || type == 'o' || type == 'g') {
      const char* text = nullptr;
      if (sd_bus_message_read_basic(message_, type, &text) < 0) return false;
      weight_ += std::strlen(text);
      return true;
    }
    std::array<std::uint64_t, 2> ignored{};
    return sd_bus_message_read_basic(message_, type, ignored.data()) >= 0;
  }

  sd_bus_message* message_;
  std::size_t most_;
  std::size_t weight_ = 0;
};

}  // namespace

std::size_t heaviest_request(std::string_view method) {
  constexpr std::size_t kibibyte = 1024;
  return (method == "Apply" ? 512 : 128) * kibibyte;
}

Result<std::size_t> weigh(sdbus::Message& message, std::size_t most) {
  sd_bus_message* const raw = raw_message(message);
  Scales scales(raw, most);
  scales.weigh();
  sd_bus_message_rewind(raw, 1);
  if (scales.weight() <= most) return scales.weight();
  return fail(ErrorCode::limit_exceeded,
              "the request is larger than the " + std::to_string(most >> 10U) + " KiB that one may have",
              "send it in parts");
}

}  // namespace cgroupd
