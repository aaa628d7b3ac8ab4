// Whatever a runtime's file, a process's arguments or a mark on a cgroup may hold.
#include "fuzz/input.h"
#include "runtimes/clean_text.h"
#include "runtimes/container.h"
#include "runtimes/mark.h"
#include "runtimes/runtime_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cgroupd;
  const auto text = fuzz::text(data, size);
  const auto is_clean = [](const std::string& value) { return clean_text(value) == value; };
  const auto is_path = [](const std::string& path) {
    return path.empty() || (path.front() == '/' && path.find("/../") == std::string::npos && !path.ends_with("/.."));
  };
  for (const auto& state : {parse_crun_status(text), parse_runc_state(text)}) {
    if (state) fuzz::require(state->process >= 0 && is_path(state->cgroup) && is_path(state->bundle));
  }
  for (const auto& [id, stored] : parse_storage(text))
    fuzz::require(is_clean(id) && is_clean(stored.name) && is_clean(stored.image));
  if (const auto config = parse_bundle_config(text)) fuzz::require(is_clean(config->pod));
  if (const auto docker = parse_docker_config(text)) fuzz::require(is_clean(docker->name) && is_clean(docker->image));
  fuzz::require(is_clean(name_from_conmon(text, "a")));
  fuzz::require(parent_from_stat(text) >= 0);
  const std::string once = write_mark(read_mark(text));
  fuzz::require(once.size() <= longest_mark && write_mark(read_mark(once)) == once);
  const Container container = container_of_directory(text);
  fuzz::require(container.id.empty() || container.id.size() == 64);
  (void)pod_of_slice(text);
  return 0;
}
