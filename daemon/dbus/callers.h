// Who is behind a bus name.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IProxy.h>

#include "model/history.h"

namespace cgroupd {

/// Asks the bus once for each caller and remembers the latest ones: a unique name never comes back for another process.
class Callers {
 public:
  explicit Callers(sdbus::IConnection& connection);

  /// Of the unique name that sent a message (":1.42"). What the bus does not tell stays empty.
  const Caller& of(const std::string& sender);

  /// Calls `action` when `sender` has left the bus, for as long as the answer is kept (not to be dropped by `action`).
  std::shared_ptr<void> when_gone(const std::string& sender, std::function<void()> action);

 private:
  static constexpr std::size_t most_remembered = 256;
  Caller ask(const std::string& sender);

  sdbus::IConnection& connection_;
  std::unique_ptr<sdbus::IProxy> bus_;
  std::list<std::pair<std::string, Caller>> remembered_;  // newest first
  std::map<std::string, std::list<std::pair<std::string, Caller>>::iterator> by_name_;
};

}  // namespace cgroupd
