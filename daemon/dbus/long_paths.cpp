// A filter of sd-bus, which sees every message first.
#include "dbus/long_paths.h"

#include <cstring>

#include <sdbus-c++/IProxy.h>
#include <sdbus-c++/Message.h>

#include "dbus/raw_message.h"

namespace cgroupd {
namespace {

constexpr std::size_t longest = 255;

int judge(sd_bus_message* message, void* /*unused*/, sd_bus_error* error) {
  const char* const path = sd_bus_message_get_path(message);
  if (path == nullptr || sd_bus_message_is_method_call(message, nullptr, nullptr) <= 0) return 0;
  if (::strnlen(path, longest + 1) <= longest) return 0;
  return sd_bus_error_set(error, SD_BUS_ERROR_UNKNOWN_OBJECT, "no object here has such a long path");
}

}  // namespace

void refuse_long_paths(sdbus::IConnection& connection) {
  // (sdbus-c++ 1.2 has no word for filters, and shows its bus by messages alone.)
  const auto proxy = sdbus::createProxy(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus");
  const auto call = proxy->createMethodCall("org.freedesktop.DBus", "GetId");
  sd_bus_add_filter(sd_bus_message_get_bus(raw_message(call)), nullptr, &judge, nullptr);
}

}  // namespace cgroupd
