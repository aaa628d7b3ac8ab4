// The daemon over D-Bus.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "client/manager.h"

namespace cgroupd::client {

enum class Bus { user, system };

/// One of the two well-known buses, or any bus by its D-Bus address.
using BusChoice = std::variant<Bus, std::string>;

/// Connects when it is first asked something, so that a command that needs no daemon runs without one.
std::unique_ptr<Manager> make_manager_bus(BusChoice bus);

}  // namespace cgroupd::client
