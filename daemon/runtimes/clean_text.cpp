// UTF-8 as RFC 3629 has it.
#include "runtimes/clean_text.h"

namespace cgroupd {
namespace {

constexpr unsigned first_printable = 0x20;
constexpr unsigned delete_character = 0x7f;
constexpr unsigned first_c1 = 0x80;
constexpr unsigned last_c1 = 0x9f;
constexpr unsigned first_surrogate = 0xd800;
constexpr unsigned last_surrogate = 0xdfff;
constexpr unsigned last_character = 0x10ffff;

// How many bytes a character has, by its first one, and which bits of that belong to it; 0 for no first byte.
struct Lead {
  std::size_t length;
  unsigned bits;
  unsigned least;  // smaller numbers have a shorter form
};

Lead lead_of(unsigned byte) {
  if (byte < 0x80U) return {.length = 1, .bits = byte, .least = 0};
  if ((byte & 0xe0U) == 0xc0U) return {.length = 2, .bits = byte & 0x1fU, .least = 0x80};
  if ((byte & 0xf0U) == 0xe0U) return {.length = 3, .bits = byte & 0x0fU, .least = 0x800};
  if ((byte & 0xf8U) == 0xf0U) return {.length = 4, .bits = byte & 0x07U, .least = 0x10000};
  return {.length = 0, .bits = 0, .least = 0};
}

bool is_clean(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(text[at])); };
  for (std::size_t at = 0; at < text.size();) {
    const Lead lead = lead_of(byte(at));
    if (lead.length == 0 || lead.length > text.size() - at) return false;
    unsigned character = lead.bits;
    for (std::size_t i = 1; i < lead.length; ++i) {
      if ((byte(at + i) & 0xc0U) != 0x80U) return false;
      character = (character << 6U) | (byte(at + i) & 0x3fU);
    }
    const bool is_control =
        character < first_printable || character == delete_character || (character >= first_c1 && character <= last_c1);
    const bool is_surrogate = character >= first_surrogate && character <= last_surrogate;
    if (character < lead.least || character > last_character || is_control || is_surrogate) return false;
    at += lead.length;
  }
  return true;
}

}  // namespace

std::string clean_text(std::string_view text) {
  return text.size() <= longest_clean_text && is_clean(text) ? std::string(text) : std::string();
}

}  // namespace cgroupd
