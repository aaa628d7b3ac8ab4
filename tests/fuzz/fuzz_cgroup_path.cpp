// Names of cgroups: what is accepted cannot lead outside and is its own canonical form.
#include "fuzz/input.h"
#include "model/cgroup_path.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cgroupd;
  const auto text = fuzz::text(data, size);
  const auto path = CgroupPath::parse(text);
  if (!path) {
    fuzz::require(path.error().message.find('\n') == std::string::npos);
    return 0;
  }
  fuzz::require(path->str() == text && text.size() <= CgroupPath::max_length && path->depth() <= CgroupPath::max_depth);
  const std::string slashed = "/" + path->str() + "/";
  for (const auto* const never : {"//", "/./", "/../", "/cgroup.", "/memory.", "/cpu."})
    fuzz::require(slashed.find(never) == std::string::npos);
  fuzz::require(path->parent().child(path->name()) == *path);
  for (const auto& above : path->ancestors()) fuzz::require(above.contains(*path));
  return 0;
}
