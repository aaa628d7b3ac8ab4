// The machine cgctl runs on: its clock, its users, its signals.
#pragma once

#include "client/verb.h"

namespace cgroupd::client {

Machine this_machine();

}  // namespace cgroupd::client
