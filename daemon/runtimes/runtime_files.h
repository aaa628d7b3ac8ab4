// The texts that runtimes leave behind, read. All of them may be broken or hostile: what cannot be read is not known.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace cgroupd {

/// What a low-level runtime notes of a container it runs: crun's STATE/ID/status, runc's STATE/ID/state.json.
struct RuntimeState {
  pid_t process = 0;   ///< its first; 0 when not known
  std::string cgroup;  ///< in the hierarchy, "/user.slice/…"; empty when not known
  std::string bundle;  ///< absolute path; empty when not known
};
std::optional<RuntimeState> parse_crun_status(std::string_view text);
std::optional<RuntimeState> parse_runc_state(std::string_view text);

/// What containers/storage keeps of podman's containers (DRIVER-containers/containers.json), by id.
struct StoredContainer {
  std::string name;
  std::string image;
};
std::map<std::string, StoredContainer> parse_storage(std::string_view text);

/// config.json of a bundle.
struct BundleConfig {
  bool is_podman = false;
  /// The pod's name for a container of a pod. Podman does not write it down as such, but the containers of a pod have
  /// its host name, which is its name.
  std::string pod;
};
std::optional<BundleConfig> parse_bundle_config(std::string_view text);

/// docker's containers/ID/config.v2.json.
std::optional<StoredContainer> parse_docker_config(std::string_view text);

/// The container's name in conmon's arguments, as /proc/PID/cmdline has them; empty unless it is `id`'s conmon.
std::string name_from_conmon(std::string_view arguments, std::string_view id);

/// The parent in /proc/PID/stat; 0 when there is none.
pid_t parent_from_stat(std::string_view stat);

}  // namespace cgroupd
