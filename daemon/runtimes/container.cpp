// Names of directories, taken apart.
#include "runtimes/container.h"

#include <algorithm>
#include <array>

namespace cgroupd {
namespace {

constexpr std::size_t id_length = 64;
constexpr std::size_t short_id_length = 12;
constexpr std::string_view scope_suffix = ".scope";

struct Prefix {
  std::string_view text;
  std::string_view runtime;
};
constexpr std::array<Prefix, 5> prefixes = {{{"libpod-payload-", "podman"},
                                             {"libpod-", "podman"},
                                             {"docker-", "docker"},
                                             {"crio-", "crio"},
                                             {"cri-containerd-", "containerd"}}};

bool is_id(std::string_view text) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == id_length && std::ranges::all_of(text, is_digit);
}

}  // namespace

std::string public_name(const Container& container) {
  return container.runtime + ":" + (container.name.empty() ? container.id.substr(0, short_id_length) : container.name);
}

Container container_of_directory(std::string_view name, std::string_view above) {
  if (name.ends_with(scope_suffix)) name.remove_suffix(scope_suffix.size());
  for (const Prefix& prefix : prefixes) {
    if (!name.starts_with(prefix.text)) continue;
    const std::string_view id = name.substr(prefix.text.size());
    if (is_id(id)) return {.runtime = std::string(prefix.runtime), .id = std::string(id)};
  }
  if (!is_id(name)) return {};
  // crun's own fallback and podman's are a plain id; docker's lies beneath "docker".
  return {.runtime = above == "docker" ? "docker" : "podman", .id = std::string(name)};
}

std::string pod_of_slice(std::string_view name) {
  constexpr std::string_view middle = "libpod_pod_";
  constexpr std::string_view suffix = ".slice";
  const std::size_t at = name.find(middle);
  if (at == std::string_view::npos || !name.ends_with(suffix)) return {};
  name.remove_suffix(suffix.size());
  const std::string_view id = name.substr(std::min(at + middle.size(), name.size()));
  return is_id(id) ? std::string(id.substr(0, short_id_length)) : std::string();
}

}  // namespace cgroupd
