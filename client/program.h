// cgctl from its arguments to its exit status.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "client/command_line.h"
#include "client/manager.h"
#include "client/manager_bus.h"
#include "client/output.h"

namespace cgroupd::client {

/// The world cgctl runs in; tests bring their own.
struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  OutputStyle style;  ///< of the terminal
  bool is_root = false;
  bool has_terminal = false;
  std::function<std::unique_ptr<Manager>(BusChoice)> connect;
  DeviceResolver resolve_device;
  std::function<Error(const std::vector<std::string>&)> become;
  Machine machine;
};

int run_program(std::span<const std::string> arguments, const Surroundings& world);

}  // namespace cgroupd::client
