// JSON without exceptions: a discarded value is what a broken text is, and a member that is not there or of another
// type is empty.
#include "runtimes/runtime_files.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include <nlohmann/json.hpp>

#include "runtimes/clean_text.h"

namespace cgroupd {
namespace {

using Json = nlohmann::json;

constexpr int deepest = 16;
constexpr std::size_t longest_path = 4096;

// What lies deeper than anything we look for is not kept: nesting is the cheap way to make a small text a big tree.
Json parsed(std::string_view text) {
  const auto keep = [](int depth, Json::parse_event_t /*event*/, Json& /*value*/) { return depth <= deepest; };
  return Json::parse(text.begin(), text.end(), keep, false);
}

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(key);
  return at == object.end() ? nullptr : &*at;
}

std::string_view raw_text(const Json* value) {
  const auto* const text = value == nullptr ? nullptr : value->get_ptr<const Json::string_t*>();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::string_view raw_text(const Json& object, const char* key) {
  return raw_text(member(object, key));
}

std::string text(const Json& object, const char* key) {
  return clean_text(raw_text(object, key));
}

// Paths are opened: absolute, and without a way up.
std::string path(std::string_view raw) {
  const bool has_way_up = raw.find("/../") != std::string_view::npos || raw.ends_with("/..");
  const bool is_clean = raw.size() <= longest_path && raw.starts_with('/') && raw.find('\0') == std::string_view::npos;
  return is_clean && !has_way_up ? std::string(raw) : std::string();
}

pid_t process(const Json* value) {
  const auto* const number = value == nullptr ? nullptr : value->get_ptr<const Json::number_unsigned_t*>();
  constexpr Json::number_unsigned_t largest = 1U << 22U;  // PID_MAX_LIMIT
  return number == nullptr || *number > largest ? 0 : static_cast<pid_t>(*number);
}

std::string first_text(const Json* array) {
  return array != nullptr && array->is_array() && !array->empty() ? clean_text(raw_text(&array->front()))
                                                                  : std::string();
}

std::vector<std::string_view> arguments_of(std::string_view text) {
  std::vector<std::string_view> arguments;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    arguments.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return arguments;
}

}  // namespace

std::optional<RuntimeState> parse_crun_status(std::string_view text) {
  const Json status = parsed(text);
  if (!status.is_object()) return std::nullopt;
  return RuntimeState{.process = process(member(status, "pid")),
                      .cgroup = path(raw_text(status, "cgroup-path")),
                      .bundle = path(raw_text(status, "bundle"))};
}

std::optional<RuntimeState> parse_runc_state(std::string_view text) {
  const Json state = parsed(text);
  if (!state.is_object()) return std::nullopt;
  RuntimeState found{.process = process(member(state, "init_process_pid")), .cgroup = {}, .bundle = {}};
  constexpr std::string_view mount_point = "/sys/fs/cgroup";
  if (const Json* const paths = member(state, "cgroup_paths")) {
    const std::string unified = path(raw_text(*paths, ""));
    if (unified.starts_with(std::string(mount_point) + "/")) found.cgroup = unified.substr(mount_point.size());
  }
  const Json* const config = member(state, "config");
  const Json* const labels = config == nullptr ? nullptr : member(*config, "labels");
  if (labels == nullptr || !labels->is_array()) return found;
  constexpr std::string_view bundle = "bundle=";
  for (const Json& label : *labels) {
    const std::string_view raw = raw_text(&label);
    if (raw.starts_with(bundle)) found.bundle = path(raw.substr(bundle.size()));
  }
  return found;
}

std::map<std::string, StoredContainer> parse_storage(std::string_view text) {
  std::map<std::string, StoredContainer> found;
  const Json containers = parsed(text);
  if (!containers.is_array()) return found;
  for (const Json& container : containers) {
    const std::string id = cgroupd::text(container, "id");
    if (id.empty()) continue;
    StoredContainer stored{.name = first_text(member(container, "names")), .image = {}};
    // Podman's own part is JSON once more, in a text.
    const Json metadata = parsed(raw_text(container, "metadata"));
    stored.image = cgroupd::text(metadata, "image-name");
    if (stored.name.empty()) stored.name = cgroupd::text(metadata, "name");
    found.insert_or_assign(id, std::move(stored));
  }
  return found;
}

std::optional<BundleConfig> parse_bundle_config(std::string_view text) {
  const Json config = parsed(text);
  if (!config.is_object()) return std::nullopt;
  BundleConfig found;
  const Json* const annotations = member(config, "annotations");
  if (annotations == nullptr) return found;
  found.is_podman = raw_text(*annotations, "io.container.manager") == "libpod";
  if (raw_text(*annotations, "io.kubernetes.cri-o.SandboxID").empty()) return found;
  const Json* const process = member(config, "process");
  const Json* const environment = process == nullptr ? nullptr : member(*process, "env");
  if (environment == nullptr || !environment->is_array()) return found;
  constexpr std::string_view host_name = "HOSTNAME=";
  for (const Json& variable : *environment) {
    const std::string_view raw = raw_text(&variable);
    if (raw.starts_with(host_name)) found.pod = clean_text(raw.substr(host_name.size()));
  }
  return found;
}

std::optional<StoredContainer> parse_docker_config(std::string_view text) {
  const Json config = parsed(text);
  if (!config.is_object()) return std::nullopt;
  std::string_view name = raw_text(config, "Name");
  if (name.starts_with('/')) name.remove_prefix(1);
  StoredContainer found{.name = clean_text(name), .image = {}};
  if (const Json* const inner = member(config, "Config")) found.image = cgroupd::text(*inner, "Image");
  return found;
}

std::string name_from_conmon(std::string_view arguments, std::string_view id) {
  const std::vector<std::string_view> words = arguments_of(arguments);
  if (words.empty() || !words.front().ends_with("conmon")) return {};
  const auto value_of = [&](std::string_view option) {
    const auto at = std::ranges::find(words, option);
    return at == words.end() || at + 1 == words.end() ? std::string_view() : *(at + 1);
  };
  return value_of("-c") == id ? clean_text(value_of("-n")) : std::string();
}

pid_t parent_from_stat(std::string_view stat) {
  // "PID (NAME) STATE PARENT …", and a name may hold anything.
  const std::size_t name_end = stat.rfind(") ");
  if (name_end == std::string_view::npos) return 0;
  constexpr std::size_t state_and_blank = 4;  // ") S "
  const std::string_view rest = stat.substr(std::min(name_end + state_and_blank, stat.size()));
  pid_t parent = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), parent);
  return error == std::errc() && parent > 0 ? parent : 0;
}

}  // namespace cgroupd
