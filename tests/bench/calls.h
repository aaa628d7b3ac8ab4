// Timed bus calls, raw sd-bus so that the client's own cost is small and the same for all.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <systemd/sd-bus.h>

namespace cgroupd::bench {

inline constexpr std::uint64_t mib = 1U << 20U;

/// The value that `q` (0 to 1) of all, at least one, do not exceed.
inline double quantile(std::vector<double> values, double q) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

struct BusUnref {
  void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, BusUnref>;

struct MessageUnref {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, MessageUnref>;

/// Throws with what went wrong; a benchmark has nobody to hand an error to.
inline int check(int status, const char* what) {
  if (status < 0) throw std::runtime_error(std::string(what) + ": errno " + std::to_string(-status));
  return status;
}

inline Bus open_bus() {
  sd_bus* bus = nullptr;
  check(sd_bus_open_user(&bus), "open the user's bus");
  return Bus(bus);
}

inline Message new_call(sd_bus* bus, const char* destination, const char* path, const char* interface,
                        const char* member) {
  sd_bus_message* message = nullptr;
  check(sd_bus_message_new_method_call(bus, &message, destination, path, interface, member), member);
  return Message(message);
}

inline Message call(sd_bus* bus, const Message& message) {
  sd_bus_message* reply = nullptr;
  sd_bus_error error = {};  // SD_BUS_ERROR_NULL is a compound literal, which C++ does not have
  const int status = sd_bus_call(bus, message.get(), 0, &error, &reply);
  if (status < 0) {
    const std::string text = error.message != nullptr ? error.message : "no answer";
    sd_bus_error_free(&error);
    throw std::runtime_error(text);
  }
  return Message(reply);
}

/// The daemon's.
inline std::string delegated_root(sd_bus* bus) {
  char* text = nullptr;
  check(sd_bus_get_property_string(bus, "org.cgroupd1", "/org/cgroupd1", "org.cgroupd1.Manager", "DelegatedRoot",
                                   nullptr, &text),
        "DelegatedRoot");
  std::string root = text;
  std::free(text);
  return root;
}

/// A kind of call: its name, and what makes the n-th message of it.
struct Contestant {
  std::string name;
  std::function<Message(std::uint64_t n)> make;
  std::vector<double> micros = {};
};

}  // namespace cgroupd::bench
