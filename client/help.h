// Help texts, made from the verb table and the limit table.
#pragma once

#include <string>

#include "client/verb.h"

namespace cgroupd::client {

std::string help_of_cgctl();
std::string help_of_verb(const Verb& verb);

}  // namespace cgroupd::client
