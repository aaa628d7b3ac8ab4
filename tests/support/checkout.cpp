#include "support/checkout.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace cgroupd {

std::string text_of_checkout(std::string_view file) {
  const std::ifstream in(std::filesystem::path(CGROUPD_SOURCE_DIR) / file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace cgroupd
