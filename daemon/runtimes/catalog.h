// Which containers there are, by what their runtimes leave readable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtimes/container.h"
#include "runtimes/files.h"
#include "runtimes/runtime_files.h"

namespace cgroupd {

/// Where runtimes leave their files; absolute paths, an empty one is not there.
struct RuntimePlaces {
  std::string runtime_directory = {};  ///< $XDG_RUNTIME_DIR: crun, runc
  std::string data_directory = {};     ///< $XDG_DATA_HOME or ~/.local/share: docker
  std::string proc = "/proc";
};

/// What must be readable for that, beside runtime_directory and proc.
std::vector<std::string> storage_directories(const RuntimePlaces& places);

/// Not thread-safe: whoever wants to look has a catalog.
class Catalog {
 public:
  explicit Catalog(RuntimePlaces places);

  /// Looks for what is new. Files that have not changed are not read again: with nothing new a call costs a stat(2) a
  /// directory. At most 4096 containers of a runtime are known.
  void refresh();
  /// Another number after each refresh() that changed anything.
  std::uint64_t generation() const { return generation_; }

  using Containers = std::map<std::string, std::shared_ptr<const Container>>;
  /// By id; never null.
  const Containers& containers() const { return containers_; }
  /// The container whose limits are at this cgroup ("/user.slice/…/libpod-ID.scope/container"): where its runtime says
  /// they are, else by the name of the directory. Null when it is none.
  std::shared_ptr<const Container> at(const std::string& cgroup) const;

  /// In which something changes when a container comes, goes or is renamed; may be other ones after a refresh().
  std::vector<std::string> directories_to_watch() const;

 private:
  // A low-level runtime's directory of states: crun's or runc's.
  struct States {
    std::string runtime;
    std::string directory;
    std::string file;  // the name of a container's state in its directory
    std::optional<RuntimeState> (*parse)(std::string_view);
    std::optional<FileState> seen = {};
    bool is_complete = false;                  // the state of every container could be read
    std::vector<std::string> incomplete = {};  // whose could not
    struct Entry {
      FileState file;
      RuntimeState state;
      BundleConfig bundle;
      std::string conmon_name;
    };
    std::map<std::string, Entry> entries = {};
  };
  struct Storage {
    FileState seen;
    std::map<std::string, StoredContainer> containers;
  };
  struct Docker {
    std::optional<FileState> seen = {};
    bool is_complete = false;
    struct Entry {
      FileState file;
      StoredContainer container;
    };
    std::map<std::string, Entry> entries = {};
  };

  bool refresh_states(States& states) const;
  std::optional<States::Entry> read_entry(const States& states, const std::string& id, const FileState& file) const;
  bool refresh_storage();
  bool refresh_docker();
  void join();
  Container described(const States& states, const std::string& id, const States::Entry& entry) const;

  RuntimePlaces places_;
  std::vector<States> states_;
  std::map<std::string, Storage> storage_;  // by the path of containers.json
  Docker docker_;
  Containers containers_;
  std::map<std::string, std::shared_ptr<const Container>> by_cgroup_;
  std::uint64_t generation_ = 0;
};

}  // namespace cgroupd
