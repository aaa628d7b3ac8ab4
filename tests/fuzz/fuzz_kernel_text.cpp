// Whatever an interface file or a file of /proc may hold.
#include "cgroupfs/formats.h"
#include "cgroupfs/limit_file.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cgroupd;
  const auto text = fuzz::text(data, size);
  for_each_keyed(text,
                 [](std::string_view key, std::uint64_t) { fuzz::require(key.find(' ') == std::string_view::npos); });
  (void)keyed_value(text, "oom_kill");
  (void)single_number(text);
  for (const auto word : words(text)) fuzz::require(!word.empty());
  const auto ids = process_ids(text);
  for (std::size_t i = 1; i < ids.size(); ++i) fuzz::require(ids[i - 1] < ids[i]);
  (void)cgroup2_mounts(text);
  (void)cgroup2_path(text);
  for (const auto& limit : all_limits()) {
    const auto value = read_limit_text(limit, text);
    if (!value) continue;
    const Value rounded = as_kernel_rounds(limit, *value);
    fuzz::require(as_kernel_rounds(limit, rounded) == rounded);
    for (const auto& line : write_texts(limit, unset_value(limit), *value)) fuzz::require(!line.empty());
  }
  return 0;
}
