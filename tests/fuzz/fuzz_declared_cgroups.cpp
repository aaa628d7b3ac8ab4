// Declarative files and cgroupd.conf: the first byte says where the first file ends, the rest are two files.
#include <algorithm>

#include "config/daemon_config.h"
#include "config/declared_cgroups.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cgroupd;
  if (size == 0) return 0;
  const auto text = fuzz::text(data + 1, size - 1);
  const std::size_t cut = std::min<std::size_t>(data[0], text.size());
  const ConfigFiles files = {.files = {{.path = "1.conf", .text = std::string(text.substr(0, cut))},
                                       {.path = "2.conf", .text = std::string(text.substr(cut))}},
                             .faults = {}};
  if (const auto declared = parse_declared_cgroups(files)) {
    for (std::size_t i = 1; i < declared->size(); ++i) fuzz::require((*declared)[i - 1].name < (*declared)[i].name);
    for (const auto& cgroup : *declared) fuzz::require(!cgroup.name.is_root());
  } else {
    fuzz::require(!declared.error().empty());
    for (const auto& fault : declared.error()) fuzz::require(fault.line.has_value() && !fault.message.empty());
  }
  (void)parse_daemon_config(files, {}).has_value();
  return 0;
}
