// Who is behind a bus name.
#pragma once

#include <functional>
#include <list>
#include <map>
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

 private:
  static constexpr std::size_t most_remembered = 256;
  Caller ask(const std::string& sender);

  std::unique_ptr<sdbus::IProxy> bus_;
  std::list<std::pair<std::string, Caller>> remembered_;  // newest first
  std::map<std::string, std::list<std::pair<std::string, Caller>>::iterator> by_name_;
};

}  // namespace cgroupd
