// Reading /proc to find cgroup2.
#include "cgroupfs/hierarchy.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroupfs/file_descriptor.h"
#include "cgroupfs/formats.h"

namespace cgroupd {
namespace {

Result<std::string> read_proc(const std::string& path) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd)
    return fail(errno == ENOENT ? ErrorCode::not_found : ErrorCode::failed,
                "cannot open " + path + ": " + std::generic_category().message(errno), {}, errno);
  std::string text;
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return fail(ErrorCode::failed, "cannot read " + path + ": " + std::generic_category().message(errno), {}, errno);
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

Result<std::vector<Cgroup2Mount>> mounts() {
  auto text = read_proc("/proc/self/mountinfo");
  if (!text) return fail(text.error());
  auto found = cgroup2_mounts(*text);
  if (found.empty()) {
    return fail(ErrorCode::unsupported, "no cgroup2 hierarchy is mounted on this host",
                "boot with systemd.unified_cgroup_hierarchy=1, or mount -t cgroup2 none /sys/fs/cgroup");
  }
  return found;
}

bool lies_beneath(const std::string& path, const std::string& above) {
  return above == "/" || path == above ||
         (path.size() > above.size() && path.starts_with(above) && path[above.size()] == '/');
}

}  // namespace

Result<std::string> absolute_cgroup_path(const std::string& hierarchy_path) {
  const auto all = mounts();
  if (!all) return fail(all.error());
  for (const auto& mount : *all) {
    if (!lies_beneath(hierarchy_path, mount.root)) continue;
    const std::string rest = mount.root == "/" ? hierarchy_path : hierarchy_path.substr(mount.root.size());
    return rest == "/" ? mount.mount_point : mount.mount_point + rest;
  }
  return fail(ErrorCode::not_found, "cgroup " + hierarchy_path + " is outside every cgroup2 mount");
}

Result<std::string> cgroup_of_process(const std::string& pid) {
  const auto text = read_proc("/proc/" + pid + "/cgroup");
  if (!text) return fail(text.error());
  const auto path = cgroup2_path(*text);
  if (!path) return fail(ErrorCode::unsupported, "process " + pid + " is in no cgroup2 hierarchy");
  return absolute_cgroup_path(*path);
}

std::optional<std::uint64_t> own_memory_bound() {
  std::optional<std::uint64_t> least;
  std::string directory = cgroup_of_process().value_or(std::string());
  // The hierarchy's root has neither file, and what is above it is none of ours.
  while (!directory.empty() && levels_above_root(directory).value_or(0) != 0) {
    for (const char* const file : {"/memory.high", "/memory.max"}) {
      const auto text = read_proc(directory + file);
      const auto bound = text ? single_number(*text) : std::nullopt;
      if (bound && (!least || *bound < *least)) least = bound;
    }
    directory.resize(directory.rfind('/'));
  }
  return least;
}

std::string user_manager_above(const std::string& hierarchy_path, std::uint32_t uid) {
  const std::string unit = "/user@" + std::to_string(uid) + ".service";
  const std::size_t at = (hierarchy_path + "/").find(unit + "/");
  return at == std::string::npos ? std::string() : hierarchy_path.substr(0, at + unit.size());
}

Result<unsigned> levels_above_root(const std::string& directory) {
  const auto all = mounts();
  if (!all) return fail(all.error());
  const Cgroup2Mount* nearest = nullptr;
  for (const auto& mount : *all) {
    const bool longer = nearest == nullptr || mount.mount_point.size() > nearest->mount_point.size();
    if (longer && lies_beneath(directory, mount.mount_point)) nearest = &mount;
  }
  if (nearest == nullptr) return fail(ErrorCode::not_found, directory + " is under no cgroup2 mount");
  const std::string_view rest = std::string_view(directory).substr(nearest->mount_point.size());
  return static_cast<unsigned>(std::ranges::count(rest, '/'));
}

std::string nearest_common_ancestor(const std::string& one, const std::string& other) {
  std::string above = one;
  while (!above.empty() && !lies_beneath(other, above)) above.resize(above.rfind('/'));
  return above.empty() ? "/" : above;
}

// cgroup_namespaces(7): the path is relative to the namespace's root.
bool is_outside_namespace(const std::string& path) {
  return path.find("/../") != std::string::npos || path.ends_with("/..");
}

std::optional<std::uint32_t> uid_of_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) < 0) return std::nullopt;
  return status.st_uid;
}

Result<void> check_delegated(const std::string& directory) {
  for (const std::string_view part : {"", "/cgroup.procs", "/cgroup.subtree_control"}) {
    const std::string path = directory + std::string(part);
    if (::access(path.c_str(), W_OK) == 0) continue;
    const int error = errno;
    return fail(error == ENOENT ? ErrorCode::not_found : ErrorCode::not_delegated,
                "cannot write " + path + ": " + std::generic_category().message(error),
                "the cgroup must belong to this user: start cgroupd-tree.service (Delegate=yes), or have root make one "
                "and chown it",
                error);
  }
  return {};
}

}  // namespace cgroupd
