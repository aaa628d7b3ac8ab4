// What a call asks for, as far as the authorizer has to know.
#pragma once

#include <sdbus-c++/Message.h>

#include "dbus/authorizer.h"

namespace cgroupd {

/// Who calls what. Reads the names of cgroups in the call and puts it back as it was. A name that is none is left out:
/// the method itself says what is wrong with it, to those who may call it.
Question question_of(sdbus::MethodCall& call);

}  // namespace cgroupd
