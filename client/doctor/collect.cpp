// Reading /proc, /sys/fs/cgroup, the configuration and the bus.
#include "client/doctor/collect.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <variant>

#include <dirent.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cgroupfs/formats.h"
#include "client/descriptor.h"
#include "client/doctor/sockets.h"
#include "client/files.h"
#include "client/manager_bus_facts.h"
#include "config/daemon_config.h"

namespace cgroupd::client {
namespace {

std::vector<std::string> words_of_file(const std::string& path) {
  const auto text = text_of_file(path);
  if (!text) return {};
  const auto all = words(*text);
  return {all.begin(), all.end()};
}

// "#subsys_name hierarchy num_cgroups enabled"; hierarchy 0 is cgroup v2 or none.
std::vector<KernelController> kernel_controllers() {
  std::vector<KernelController> found;
  const auto text = text_of_file("/proc/cgroups").value_or("");
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const auto fields = words(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
    if (fields.size() < 4 || fields[0].starts_with('#')) continue;
    found.push_back({.name = fields[0] == "blkio" ? "io" : std::string(fields[0]),
                     .on_v1 = fields[1] != "0",
                     .enabled = fields[3] == "1"});
  }
  return found;
}

std::string own_group() {
  const auto text = text_of_file("/proc/self/cgroup");
  return text ? cgroup2_path(*text).value_or("/") : "/";
}

// Where cgroups for us would be, as long as there is no tree: the user's manager, system.slice, or where we are.
std::string likely_group(const HostFacts& facts, const std::string& mount_point) {
  const std::string manager =
      "/user.slice/user-" + std::to_string(facts.uid) + ".slice/user@" + std::to_string(facts.uid) + ".service";
  if (facts.booted_with_systemd && facts.system) return "";  // below the root systemd hands down on demand
  return facts.booted_with_systemd && is_there(mount_point + manager) ? manager : own_group();
}

void look_at_levels(HostFacts& facts) {
  if (!facts.mount_point) return;
  const std::string& top = *facts.mount_point;
  std::string bottom = facts.bus.delegated_root;
  if (bottom.empty() && !facts.bus.tree_group.empty()) bottom = top + facts.bus.tree_group;
  facts.delegated_root_found = bottom.starts_with(top) && is_there(bottom + "/cgroup.controllers");
  if (!facts.delegated_root_found) bottom = top + likely_group(facts, top);
  for (std::size_t end = top.size(); end != std::string::npos;) {
    const std::string path = bottom.substr(0, end);
    if (is_there(path + "/cgroup.controllers") && (facts.levels.empty() || facts.levels.back().path != path)) {
      facts.levels.push_back({.path = path,
                              .controllers = words_of_file(path + "/cgroup.controllers"),
                              .subtree_control = words_of_file(path + "/cgroup.subtree_control")});
    }
    if (end == bottom.size()) break;
    end = std::min(bottom.find('/', end + 1), bottom.size());
  }
}

// Whose the delegated root has to be.
uid_t uid_of_daemon(const HostFacts& facts) {
  if (facts.bus.running) return facts.bus.uid;
  if (!facts.system) return facts.uid;
  const passwd* const entry = ::getpwnam("cgroupd");
  return entry != nullptr ? entry->pw_uid : facts.uid;
}

void look_at_configuration(HostFacts& facts) {
  const ConfigContext context{.runtime_directory = facts.system ? std::string("/run") : facts.runtime_directory};
  const auto file = facts.system ? CGROUPD_SYSCONFDIR "/cgroupd/cgroupd.conf"
                                 : user_config_file(environment_of("XDG_CONFIG_HOME"), environment_of("HOME"));
  if (!file) return;
  facts.config_file = *file;
  const auto config = load_daemon_config(*file, IfMissing::fine, context);
  if (!config) {
    for (const auto& fault : config.error()) facts.config_faults.push_back(fault.text());
    return;
  }
  facts.configured = !config->files.empty();
  if (const auto& listen = config->metrics_listen) facts.metrics.wanted = listen->text();
  facts.metrics.socket = config->metrics_socket;
}

// Inodes of the sockets a process has open; none when we may not look.
std::vector<std::string> sockets_of(pid_t pid) {
  std::vector<std::string> inodes;
  const std::string directory = "/proc/" + std::to_string(pid) + "/fd";
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
  if (!stream) return inodes;
  constexpr std::string_view mark = "socket:[";
  while (const dirent* const entry = ::readdir(stream.get())) {
    std::array<char, 64> target{};
    const std::string link = directory + "/" + std::string(static_cast<const char*>(entry->d_name));
    const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
    const std::string_view text(target.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    if (text.starts_with(mark) && text.ends_with(']'))
      inodes.emplace_back(text.substr(mark.size(), text.size() - mark.size() - 1));
  }
  return inodes;
}

std::optional<bool> answers(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path.data(), path.size());
  const Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // sockaddr is how POSIX spells every address.
  if (fd && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  return errno == EACCES ? std::nullopt : std::optional(false);
}

void look_at_metrics(HostFacts& facts) {
  auto& metrics = facts.metrics;
  auto listeners = tcp_listeners(text_of_file("/proc/net/tcp").value_or(""), false);
  const auto of_ipv6 = tcp_listeners(text_of_file("/proc/net/tcp6").value_or(""), true);
  listeners.insert(listeners.end(), of_ipv6.begin(), of_ipv6.end());
  const auto inodes = facts.bus.pid != 0 ? sockets_of(facts.bus.pid) : std::vector<std::string>();
  for (const auto& listener : listeners) {
    if (std::ranges::find(inodes, listener.inode) != inodes.end()) metrics.served.push_back(listener.address);
    if (metrics.wanted && metrics.wanted->ends_with(":" + std::to_string(listener.port))) metrics.holder = listener.uid;
  }
  if (metrics.socket) metrics.socket_answers = answers(*metrics.socket);
}

std::optional<Sandbox> sandbox_of(pid_t pid) {
  const auto status = text_of_file("/proc/" + std::to_string(pid) + "/status");
  if (!status) return std::nullopt;
  const auto field = [&](std::string_view name) {
    const auto at = status->find("\n" + std::string(name) + ":\t");
    if (at == std::string::npos) return std::string();
    const auto begin = at + name.size() + 3;
    return status->substr(begin, status->find('\n', begin) - begin);
  };
  return Sandbox{
      .cap_eff = field("CapEff"), .no_new_privileges = field("NoNewPrivs") == "1", .seccomp = field("Seccomp") == "2"};
}

// `key = "value"` in the first file that has it, comments left out; both files are other programs', so no more of their
// grammar than this is understood.
std::optional<std::string> value_in(const std::vector<std::string>& files, std::string_view key) {
  for (const auto& file : files) {
    const auto text = text_of_file(file).value_or("");
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      std::string line = text.substr(begin, end - begin);
      begin = end + 1;
      std::erase_if(line, [](char c) { return c == ' ' || c == '\t' || c == '"'; });
      if (line.starts_with(std::string(key) + "=")) return line.substr(key.size() + 1);
    }
  }
  return std::nullopt;
}

std::vector<Runtime> runtimes(const HostFacts& facts) {
  const std::string home = environment_of("XDG_CONFIG_HOME").value_or(environment_of("HOME").value_or("") + "/.config");
  const std::string usual = facts.booted_with_systemd ? "systemd" : "cgroupfs";
  std::vector<Runtime> found;
  for (const std::string name : {"podman", "docker", "nerdctl", "crun", "runc"}) {
    const auto path = program_path(name);
    if (!path) continue;
    std::string drives;
    if (name == "podman") {
      std::vector<std::string> files = {"/etc/containers/containers.conf", "/usr/share/containers/containers.conf"};
      if (!facts.system) files.insert(files.begin(), home + "/containers/containers.conf");
      drives = value_in(files, "cgroup_manager").value_or(usual);
    } else if (name == "docker") {
      const auto text = text_of_file(facts.system ? "/etc/docker/daemon.json" : home + "/docker/daemon.json");
      drives = text && text->find("native.cgroupdriver=cgroupfs") != std::string::npos ? "cgroupfs" : usual;
    }
    found.push_back({.name = name, .path = *path, .drives = std::move(drives)});
  }
  return found;
}

void look_at_user(HostFacts& facts) {
  facts.uid = ::geteuid();
  const passwd* const entry = ::getpwuid(facts.uid);
  facts.user = entry != nullptr ? std::string(entry->pw_name) : std::to_string(facts.uid);
  facts.booted_with_systemd = is_there("/run/systemd/system");
  if (facts.system) return;
  if (facts.booted_with_systemd) facts.lingers = is_there("/var/lib/systemd/linger/" + facts.user);
  facts.runtime_directory = environment_of("XDG_RUNTIME_DIR");
  struct stat info {};
  facts.runtime_directory_usable = facts.runtime_directory && ::stat(facts.runtime_directory->c_str(), &info) == 0 &&
                                   S_ISDIR(info.st_mode) && info.st_uid == facts.uid;
}

}  // namespace

HostFacts collect_facts(const BusChoice& bus) {
  HostFacts facts;
  facts.system = bus == BusChoice(Bus::system);
  look_at_user(facts);
  struct utsname kernel {};
  if (::uname(&kernel) == 0) facts.kernel = static_cast<const char*>(kernel.release);
  facts.controllers = kernel_controllers();
  const auto mounts = cgroup2_mounts(text_of_file("/proc/self/mountinfo").value_or(""));
  if (!mounts.empty()) {
    facts.mount_point = mounts.front().mount_point;
    facts.mount_options = mounts.front().options;
  }
  facts.bus = ask_bus(bus);
  look_at_levels(facts);
  struct stat info {};
  facts.may_write_root = facts.delegated_root_found && ::stat(facts.levels.back().path.c_str(), &info) == 0 &&
                         info.st_uid == uid_of_daemon(facts);
  look_at_configuration(facts);
  look_at_metrics(facts);
  if (facts.bus.pid != 0) facts.sandbox = sandbox_of(facts.bus.pid);
  facts.runtimes = runtimes(facts);
  return facts;
}

}  // namespace cgroupd::client
