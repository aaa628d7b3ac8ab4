// Calls to object paths that nobody has.
#pragma once

#include <sdbus-c++/IConnection.h>

namespace cgroupd {

/// Has `connection` answer them UnknownObject at once. sd-bus would look for an object at every level of the path, and
/// a path may be 64 KiB long with 32,768 levels: a second of work, done before anybody is asked who calls.
void refuse_long_paths(sdbus::IConnection& connection);

}  // namespace cgroupd
