// Hearing of changes in a few directories.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace cgroupd {

/// inotify(7). Without inotify (all instances are in use) nothing is ever heard.
class DirectoryWatch {
 public:
  DirectoryWatch();
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;
  DirectoryWatch(DirectoryWatch&&) = delete;
  DirectoryWatch& operator=(DirectoryWatch&&) = delete;
  ~DirectoryWatch();

  /// Readable when something has changed; -1 when nothing will be heard.
  int fd() const { return fd_; }
  /// These and no others from now on. One that is not there is left out.
  void watch(const std::vector<std::string>& directories);
  /// What was heard is done with.
  void take() const;

 private:
  int fd_;
  std::map<std::string, int> watched_;
};

}  // namespace cgroupd
