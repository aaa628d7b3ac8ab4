// Lists of "what;parameter=value;q=weight".
#include "metrics/negotiation.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>

namespace cgroupd {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const std::size_t begin = std::min(text.find_first_not_of(blanks), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// Takes what stands before `separator` off the front of `text`.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(part);
}

struct Offer {
  std::string_view what;
  std::optional<std::string_view> version;
  double weight = 1;
};

Offer read_offer(std::string_view text) {
  Offer offer{.what = take(text, ';'), .version = {}, .weight = 1};
  while (!text.empty()) {
    std::string_view value = take(text, ';');
    const std::string_view name = take(value, '=');
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (same_word(name, "version")) offer.version = value;
    if (!same_word(name, "q")) continue;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), offer.weight);
    if (error != std::errc() || end != value.data() + value.size()) offer.weight = 0;
  }
  return offer;
}

}  // namespace

PageFormat negotiate_format(std::string_view accept) {
  double open_metrics = 0;
  double text = 0;
  while (!accept.empty()) {
    const Offer offer = read_offer(take(accept, ','));
    const bool version_fits = !offer.version || *offer.version == "1.0.0";
    if (same_word(offer.what, "application/openmetrics-text") && version_fits)
      open_metrics = std::max(open_metrics, offer.weight);
    if (same_word(offer.what, "text/plain") || same_word(offer.what, "text/*")) text = std::max(text, offer.weight);
  }
  return open_metrics > 0 && open_metrics >= text ? PageFormat::open_metrics : PageFormat::text;
}

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<double> gzip;
  double any = 0;
  while (!accept_encoding.empty()) {
    const Offer offer = read_offer(take(accept_encoding, ','));
    if (same_word(offer.what, "gzip") || same_word(offer.what, "x-gzip"))
      gzip = std::max(gzip.value_or(0), offer.weight);
    if (offer.what == "*") any = offer.weight;
  }
  return gzip.value_or(any) > 0;
}

}  // namespace cgroupd
