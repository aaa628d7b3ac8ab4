// The daemon's connection to its bus.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <sdbus-c++/IConnection.h>

#include "model/result.h"

namespace cgroupd {

class Bus {
 public:
  /// The session bus, or the bus at a D-Bus address. unreachable, with what to look at.
  static Result<Bus> open(const std::optional<std::string>& address);
  /// The same for the system bus.
  static Result<Bus> open_system();

  sdbus::IConnection& connection() { return *connection_; }

  /// already_exists when another daemon has org.cgroupd1: to be known before anything is touched.
  Result<void> check_name();

  /// Takes org.cgroupd1; already_exists when another daemon has it.
  Result<void> own_name();

 private:
  Bus(std::unique_ptr<sdbus::IConnection> connection, std::string see)
      : connection_(std::move(connection)), see_(std::move(see)) {}
  std::unique_ptr<sdbus::IConnection> connection_;
  std::string see_;  ///< the command that shows who else is there
};

}  // namespace cgroupd
