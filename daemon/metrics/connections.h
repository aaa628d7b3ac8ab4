// Which connections are open, and which of them must make way for others.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace cgroupd {

/// The book of a server's connections. It does no I/O, so that its choices can be tested.
class Connections {
 public:
  struct Connection {
    int fd;
    std::shared_ptr<const std::string> answer;  ///< what the client is reading; none before and after
    bool ending = false;                        ///< was chosen already, and will be gone soon
  };
  using Handle = std::list<Connection>::iterator;

  Handle opened(int fd) { return open_.insert(open_.end(), Connection{.fd = fd, .answer = {}}); }
  void closed(Handle connection) { open_.erase(connection); }
  void answering(Handle connection, std::shared_ptr<const std::string> answer);
  void answered(Handle connection);

  std::size_t count() const { return open_.size(); }

  /// Descriptors of connections that must end, so that at most `most_connections` stay and their clients hold at most
  /// `most_answers` different answers. Each is named once.
  std::vector<int> choose(std::size_t most_connections, std::size_t most_answers);

 private:
  std::list<Connection> open_;  // the one on which nothing happened for longest comes first
};

}  // namespace cgroupd
