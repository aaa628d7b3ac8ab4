// What a container is called, by the runtime that made it.
#pragma once

#include <string>
#include <string_view>

namespace cgroupd {

/// An empty text is one that is not known. Every text is clean (clean_text.h).
struct Container {
  std::string runtime = {};  ///< "podman", "docker", "crio", "containerd", "crun", "runc"
  std::string id = {};       ///< 64 hexadecimal digits; whatever its user chose, for "crun" and "runc"
  std::string name = {};
  std::string image = {};  ///< "docker.io/library/nginx:latest"
  std::string pod = {};
  std::string policy = {};  ///< what its user's cgroupd does about drift
  std::string cgroup = {};  ///< in the hierarchy ("/user.slice/…/container"): the level with the limits
  friend bool operator==(const Container&, const Container&) = default;
};

/// The word for it everywhere: "podman:web"; "podman:0bb0b1182974" while its name is not known.
std::string public_name(const Container& container);

/// What the directory name of a container's cgroup says: "libpod-ID.scope", "docker-ID.scope", "libpod-ID",
/// "libpod-payload-ID", "crio-ID.scope", "cri-containerd-ID.scope", or a plain ID beneath "docker" or alone. Without
/// runtime and id when it is no container's. `above`: the name of the directory that holds it.
Container container_of_directory(std::string_view name, std::string_view above = {});

/// Beneath which a container's id lies in the path of a pod's slice ("user-libpod_pod_ID.slice"): the first 12 digits
/// of the pod's id; empty when it is none.
std::string pod_of_slice(std::string_view name);

}  // namespace cgroupd
