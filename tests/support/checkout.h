// The checkout the tests were built from.
#pragma once

#include <string>
#include <string_view>

namespace cgroupd {

/// What the file FILE of the checkout says ("conf/cgroupd.conf"); empty where there is none.
[[nodiscard]] std::string text_of_checkout(std::string_view file);

}  // namespace cgroupd
