// A user's directories as his container runtimes leave them, in a temporary place.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "runtimes/catalog.h"

namespace cgroupd {

class RuntimeHome {
 public:
  RuntimeHome() {
    std::string pattern = testing::TempDir() + "cgroupd-runtimes-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
  }
  RuntimeHome(const RuntimeHome&) = delete;
  RuntimeHome& operator=(const RuntimeHome&) = delete;
  RuntimeHome(RuntimeHome&&) = delete;
  RuntimeHome& operator=(RuntimeHome&&) = delete;
  ~RuntimeHome() { std::filesystem::remove_all(directory_); }

  RuntimePlaces places() const {
    return {.runtime_directory = path("run"), .data_directory = path("data"), .proc = path("proc")};
  }
  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((directory_ / name).parent_path());
    std::ofstream(directory_ / name) << text;
  }
  void remove(const std::string& name) const { std::filesystem::remove_all(directory_ / name); }

  /// What crun notes of a container of podman that runs at `cgroup`.
  void run(const std::string& id, const std::string& cgroup, int process = 1) const {
    write("run/crun/" + id + "/status", R"({"pid": )" + std::to_string(process) + R"(, "cgroup-path": ")" + cgroup +
                                            R"(", "bundle": ")" + path("graph/vfs-containers/" + id + "/userdata") +
                                            R"("})");
  }
  /// What podman's storage has.
  void store(const std::string& json) const { write("graph/vfs-containers/containers.json", json); }
  /// One container of it.
  static std::string stored(const std::string& id, const std::string& name, const std::string& image) {
    return R"({"id":")" + id + R"(","names":[")" + name + R"("],"metadata":"{\"image-name\":\")" + image + R"(\"}"})";
  }

 private:
  std::filesystem::path directory_;
};

}  // namespace cgroupd
