// Who is behind a bus name.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IProxy.h>
#include <sdbus-c++/Types.h>

#include "model/history.h"

namespace cgroupd {

/// Asks the bus once for each caller and remembers the latest ones: a unique name never comes back for another process.
class Callers {
 public:
  explicit Callers(sdbus::IConnection& connection);

  /// Of the unique name that sent a message (":1.42"). What the bus does not tell stays empty.
  const Caller& of(const std::string& sender);

  /// Whether of() can tell without asking the bus. If not, the bus is asked and `known` called when it has answered.
  bool meet(const std::string& sender, const std::function<void(const std::string& sender)>& known);

  /// Calls `action` when `sender` has left the bus, or had already, for as long as the answer is kept (not to be
  /// dropped by `action`).
  std::shared_ptr<void> when_gone(const std::string& sender, std::function<void()> action);

 private:
  static constexpr std::size_t most_remembered = 256;
  using Credentials = std::map<std::string, sdbus::Variant>;
  struct Known {
    std::string name;
    Caller caller;
    bool is_looked_up = false;  ///< what its process tells of itself is in `caller`
  };
  static Caller caller_with(const Credentials& credentials);
  Caller ask(const std::string& sender);
  Known* find(const std::string& sender);
  Known& remember(const std::string& sender, Caller caller);

  sdbus::IConnection& connection_;
  std::unique_ptr<sdbus::IProxy> bus_;
  std::list<Known> remembered_;  // newest first
  std::map<std::string, std::list<Known>::iterator> by_name_;
};

}  // namespace cgroupd
