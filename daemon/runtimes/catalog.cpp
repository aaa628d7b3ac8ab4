// What changed since the last look, and what it makes of the containers.
#include "runtimes/catalog.h"

#include <algorithm>
#include <set>
#include <utility>

#include "runtimes/clean_text.h"

namespace cgroupd {
namespace {

constexpr std::size_t most_containers = 4096;
constexpr std::size_t largest_state = std::size_t{256} << 10U;
constexpr std::size_t largest_config = std::size_t{1} << 20U;
constexpr std::size_t largest_storage = std::size_t{2} << 20U;
constexpr std::size_t largest_command_line = std::size_t{64} << 10U;

std::string above(const std::string& path) {
  return path.substr(0, std::min(path.rfind('/'), path.size()));
}

std::string last_component(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// GRAPHROOT/DRIVER-containers/ID/userdata is the bundle of a container of containers/storage.
std::string storage_of(const std::string& bundle) {
  if (!bundle.ends_with("/userdata")) return {};
  const std::string directory = above(above(bundle));
  return directory.ends_with("-containers") ? directory + "/containers.json" : std::string();
}

// podman and docker keep a container's cgroup beneath a directory that names their pod.
std::string pod_above(const std::string& cgroup) {
  for (std::string path = above(cgroup); !path.empty(); path = above(path)) {
    if (std::string pod = pod_of_slice(last_component(path)); !pod.empty()) return pod;
  }
  return {};
}

std::string docker_directory(const RuntimePlaces& places) {
  return places.data_directory.empty() ? std::string() : places.data_directory + "/docker/containers";
}

}  // namespace

std::vector<std::string> storage_directories(const RuntimePlaces& places) {
  if (places.data_directory.empty()) return {};
  return {places.data_directory + "/containers", docker_directory(places)};
}

Catalog::Catalog(RuntimePlaces places) : places_(std::move(places)) {
  if (places_.runtime_directory.empty()) return;
  const std::string& run = places_.runtime_directory;
  states_.push_back({.runtime = "crun", .directory = run + "/crun", .file = "status", .parse = parse_crun_status});
  states_.push_back({.runtime = "runc", .directory = run + "/runc", .file = "state.json", .parse = parse_runc_state});
}

void Catalog::refresh() {
  bool changed = false;
  for (States& states : states_) changed |= refresh_states(states);
  changed |= refresh_storage();
  changed |= refresh_docker();
  if (!changed) return;
  join();
  ++generation_;
}

bool Catalog::refresh_states(States& states) const {
  const std::optional<FileState> now = state_of(states.directory);
  if (!now) {
    states.seen.reset();
    return !std::exchange(states.entries, {}).empty();
  }
  if (states.seen && states.is_complete && states.seen->is_same(*now)) return false;
  states.seen = now;
  states.is_complete = true;
  states.incomplete.clear();
  bool changed = false;
  std::size_t gone = states.entries.size();
  std::map<std::string, States::Entry> entries;
  for (const std::string& id : names_in(states.directory, most_containers)) {
    const std::optional<FileState> file = state_of(states.directory + "/" + id + "/" + states.file);
    const auto known = states.entries.find(id);
    if (file && known != states.entries.end() && known->second.file.is_same(*file)) {
      entries.insert(states.entries.extract(known));
      --gone;
      continue;
    }
    std::optional<States::Entry> entry = file ? read_entry(states, id, *file) : std::nullopt;
    // Its directory comes before its state; the directory of all does not change again for that.
    states.is_complete &= entry && file->is_settled;
    if (!entry) {
      states.incomplete.push_back(id);
      continue;
    }
    changed = true;
    entries.insert_or_assign(id, *std::move(entry));
  }
  states.entries = std::move(entries);
  return changed || gone != 0;
}

std::optional<Catalog::States::Entry> Catalog::read_entry(const States& states, const std::string& id,
                                                          const FileState& file) const {
  const std::string directory = states.directory + "/" + id;
  const auto text = read_file(directory + "/" + states.file, largest_state);
  std::optional<RuntimeState> state = text ? states.parse(*text) : std::nullopt;
  if (!state) return std::nullopt;
  States::Entry entry{.file = file, .state = *std::move(state), .bundle = {}, .conmon_name = {}};
  // crun keeps a copy beside its state, which can be read when the bundle cannot.
  for (const std::string& place : {directory, entry.state.bundle}) {
    const auto config = read_file(place + "/config.json", largest_config);
    const auto bundle = config ? parse_bundle_config(*config) : std::nullopt;
    if (!bundle) continue;
    entry.bundle = *bundle;
    break;
  }
  if (entry.state.process != 0) {
    const auto stat = read_file(places_.proc + "/" + std::to_string(entry.state.process) + "/stat", largest_state);
    const pid_t parent = stat ? parent_from_stat(*stat) : 0;
    const auto arguments =
        parent == 0 ? std::nullopt
                    : read_file(places_.proc + "/" + std::to_string(parent) + "/cmdline", largest_command_line);
    if (arguments) entry.conmon_name = name_from_conmon(*arguments, id);
  }
  return entry;
}

bool Catalog::refresh_storage() {
  std::set<std::string> wanted;
  for (const States& states : states_) {
    for (const auto& [id, entry] : states.entries) {
      if (std::string file = storage_of(entry.state.bundle); !file.empty()) wanted.insert(std::move(file));
    }
  }
  bool changed = std::erase_if(storage_, [&](const auto& known) { return !wanted.contains(known.first); }) != 0;
  for (const std::string& path : wanted) {
    const std::optional<FileState> now = state_of(path);
    const auto known = storage_.find(path);
    if (!now) {
      if (known == storage_.end()) continue;
      storage_.erase(known);
      changed = true;
      continue;
    }
    if (known != storage_.end() && known->second.seen.is_same(*now)) continue;
    const auto text = read_file(path, largest_storage);
    storage_.insert_or_assign(
        path, Storage{.seen = *now, .containers = text ? parse_storage(*text) : decltype(Storage::containers)()});
    changed = true;
  }
  return changed;
}

bool Catalog::refresh_docker() {
  const std::string directory = docker_directory(places_);
  const std::optional<FileState> now = directory.empty() ? std::nullopt : state_of(directory);
  if (!now) return !std::exchange(docker_, {}).entries.empty();
  if (docker_.seen && docker_.is_complete && docker_.seen->is_same(*now)) return false;
  Docker found{.seen = now, .is_complete = true, .entries = {}};
  bool changed = false;
  std::size_t gone = docker_.entries.size();
  for (const std::string& id : names_in(directory, most_containers)) {
    const std::string path = directory + "/" + id + "/config.v2.json";
    const std::optional<FileState> file = state_of(path);
    const auto known = docker_.entries.find(id);
    if (file && known != docker_.entries.end() && known->second.file.is_same(*file)) {
      found.entries.insert(docker_.entries.extract(known));
      --gone;
      continue;
    }
    const auto text = file ? read_file(path, largest_config) : std::nullopt;
    const auto container = text ? parse_docker_config(*text) : std::nullopt;
    found.is_complete &= container && file->is_settled;
    if (!container) continue;
    changed = true;
    found.entries.insert_or_assign(id, Docker::Entry{.file = *file, .container = *container});
  }
  docker_ = std::move(found);
  return changed || gone != 0;
}

Container Catalog::described(const States& states, const std::string& id, const States::Entry& entry) const {
  const Container by_directory = container_of_directory(last_component(entry.state.cgroup));
  const Container by_scope = container_of_directory(last_component(above(entry.state.cgroup)));
  Container container = by_directory.id == id ? by_directory : by_scope;
  if (container.id != id) container = {.runtime = states.runtime, .id = clean_text(id)};
  container.cgroup = entry.state.cgroup;
  const std::string file = storage_of(entry.state.bundle);
  if (entry.bundle.is_podman || !file.empty()) container.runtime = "podman";
  if (const auto storage = storage_.find(file); storage != storage_.end()) {
    const auto stored = storage->second.containers.find(id);
    if (stored != storage->second.containers.end()) {
      container.name = stored->second.name;
      container.image = stored->second.image;
    }
  }
  if (container.name.empty()) container.name = entry.conmon_name;
  // Of a container that is run by hand the id is the name.
  if (container.name.empty() && container.runtime == states.runtime) container.name = container.id;
  container.pod = entry.bundle.pod.empty() ? pod_above(entry.state.cgroup) : entry.bundle.pod;
  return container;
}

void Catalog::join() {
  containers_.clear();
  by_cgroup_.clear();
  for (const auto& [id, entry] : docker_.entries) {
    containers_.insert_or_assign(
        id, std::make_shared<const Container>(Container{
                .runtime = "docker", .id = id, .name = entry.container.name, .image = entry.container.image}));
  }
  for (const States& states : states_) {
    for (const auto& [id, entry] : states.entries) {
      Container container = described(states, id, entry);
      if (container.id.empty()) continue;
      if (const auto docker = containers_.find(id); docker != containers_.end()) {
        container.runtime = docker->second->runtime;
        container.name = docker->second->name;
        container.image = docker->second->image;
      }
      auto made = std::make_shared<const Container>(std::move(container));
      if (!made->cgroup.empty()) by_cgroup_.insert_or_assign(made->cgroup, made);
      containers_.insert_or_assign(id, std::move(made));
    }
  }
}

std::shared_ptr<const Container> Catalog::at(const std::string& cgroup) const {
  if (const auto exact = by_cgroup_.find(cgroup); exact != by_cgroup_.end()) return exact->second;
  const Container named = container_of_directory(last_component(cgroup), last_component(above(cgroup)));
  if (named.id.empty()) return nullptr;
  const auto known = containers_.find(named.id);
  if (known == containers_.end()) {
    Container unknown = named;
    unknown.pod = pod_above(cgroup);
    return std::make_shared<const Container>(std::move(unknown));
  }
  // Its runtime has noted another level.
  return known->second->cgroup.empty() ? known->second : nullptr;
}

std::vector<std::string> Catalog::directories_to_watch() const {
  std::vector<std::string> directories;
  if (!places_.runtime_directory.empty()) directories.push_back(places_.runtime_directory);
  for (const States& states : states_) {
    directories.push_back(states.directory);
    for (const std::string& id : states.incomplete) directories.push_back(states.directory + "/" + id);
  }
  for (const auto& [path, storage] : storage_) directories.push_back(above(path));
  if (const std::string docker = docker_directory(places_); !docker.empty()) directories.push_back(docker);
  return directories;
}

}  // namespace cgroupd
