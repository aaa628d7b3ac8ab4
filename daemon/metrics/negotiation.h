// What a client asks for in Accept and Accept-Encoding (RFC 9110, 12.5).
#pragma once

#include <string_view>

#include "metrics/page.h"

namespace cgroupd {

/// OpenMetrics 1.0 when the client names it and likes it no less than the text format; text otherwise, also when the
/// header is empty, malformed or asks for what there is not: a scrape is never refused for its headers.
PageFormat negotiate_format(std::string_view accept);

/// Whether gzip is named (or "*") with a weight above 0.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace cgroupd
