// inotify(7).
#include "cgroupfs/watcher.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <sys/inotify.h>
#include <unistd.h>

namespace cgroupd {
namespace {

constexpr std::uint32_t of_a_cgroup = IN_MODIFY | IN_CREATE | IN_DELETE | IN_ONLYDIR | IN_DONT_FOLLOW;

}  // namespace

Result<std::unique_ptr<Watcher>> Watcher::open(std::string root) {
  std::unique_ptr<Watcher> watcher(new Watcher(std::move(root)));
  watcher->inotify_ = FileDescriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (watcher->inotify_.get() < 0) {
    const int error = errno;
    return fail(ErrorCode::limit_exceeded, std::string("cannot watch the tree: inotify_init1: ") + std::strerror(error),
                "raise fs.inotify.max_user_instances (sysctl), or end what uses them up", error);
  }
  // A level that cannot be watched can at worst take controllers away unnoticed until the next event.
  for (std::string above = watcher->root_; above.size() > 1;) {
    above.erase(above.rfind('/'));
    const int wd = ::inotify_add_watch(watcher->inotify_.get(), (above + "/cgroup.subtree_control").c_str(), IN_MODIFY);
    if (wd < 0) break;
    watcher->above_.insert(wd);
  }
  return watcher;
}

Result<void> Watcher::watch(const CgroupPath& cgroup) {
  const std::string path = cgroup.is_root() ? root_ : root_ + "/" + cgroup.str();
  const int wd = ::inotify_add_watch(inotify_.get(), path.c_str(), of_a_cgroup);
  if (wd >= 0) {
    watched_.insert_or_assign(wd, cgroup);
    return {};
  }
  const int error = errno;
  if (error == ENOSPC) {
    return fail(ErrorCode::limit_exceeded, "cannot watch " + path + ": no inotify watch is left",
                "raise fs.inotify.max_user_watches (sysctl)", error);
  }
  return fail(error == ENOENT ? ErrorCode::not_found : ErrorCode::failed,
              "cannot watch " + path + ": " + std::strerror(error), {}, error);
}

std::vector<TreeEvent> Watcher::take() {
  std::vector<TreeEvent> events;
  const auto add = [&](TreeEvent event) {
    if (events.empty() || events.back() != event) events.push_back(std::move(event));
  };
  alignas(inotify_event) std::array<char, 65536>
      buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  // Bounded: who writes without end must not keep us here without end.
  constexpr int most_reads = 16;
  for (int i = 0; i < most_reads; ++i) {
    const ssize_t got = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (got <= 0) break;
    for (const char* at = buffer.data(); at < buffer.data() + got;) {
      inotify_event event{};
      std::memcpy(&event, at, sizeof event);
      const std::string_view name = event.len > 0 ? at + sizeof event : "";
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        add({.kind = TreeEvent::Kind::lost});
        continue;
      }
      if (above_.contains(event.wd)) {
        if ((event.mask & IN_IGNORED) == 0) add({.kind = TreeEvent::Kind::above});
        continue;
      }
      const auto of = watched_.find(event.wd);
      if (of == watched_.end()) continue;
      if ((event.mask & IN_IGNORED) != 0) {
        watched_.erase(of);
        continue;
      }
      if ((event.mask & IN_ISDIR) == 0) {
        if ((event.mask & IN_MODIFY) != 0)
          add({.kind = TreeEvent::Kind::written, .cgroup = of->second, .file = std::string(name)});
        continue;
      }
      const auto child = of->second.child(name);
      if (!child) continue;
      add({.kind = (event.mask & IN_CREATE) != 0 ? TreeEvent::Kind::made : TreeEvent::Kind::removed, .cgroup = *child});
    }
  }
  return events;
}

}  // namespace cgroupd
