// What sdbus-c++ reads in one go, taken apart.
#include "dbus/apply_message.h"

#include <string>
#include <utility>

#include <sdbus-c++/TypeTraits.h>

namespace cgroupd {

ApplyArguments::ApplyArguments(sdbus::MethodCall call) : call_(std::move(call)) {
  call_.enterContainer(sdbus::signature_of<WireCgroup>::str());
}

bool ApplyArguments::read_one() {
  switch (at_) {
    case At::cgroup:
      if (call_.enterStruct("sa{sv}a{sv}")) {
        call_ >> cgroups.emplace_back().get<0>();
        enter_dictionary(At::limit);
      } else {
        call_.clearFlags();
        call_.exitContainer();
        enter_dictionary(At::option);
      }
      break;
    case At::limit:
      if (!read_entry(cgroups.back().get<1>())) enter_dictionary(At::option_of_cgroup);
      break;
    case At::option_of_cgroup:
      if (!read_entry(cgroups.back().get<2>())) {
        call_.exitStruct();
        at_ = At::cgroup;
      }
      break;
    case At::option:
      if (!read_entry(options)) at_ = At::end;
      break;
    case At::end:
      break;
  }
  return at_ != At::end;
}

void ApplyArguments::enter_dictionary(At then) {
  call_.enterContainer("{sv}");
  at_ = then;
}

bool ApplyArguments::read_entry(wire::Dictionary& into) {
  if (!call_.enterDictEntry("sv")) {
    call_.clearFlags();
    call_.exitContainer();
    return false;
  }
  std::string key;
  sdbus::Variant value;
  call_ >> key >> value;
  call_.exitDictEntry();
  into.emplace(std::move(key), std::move(value));
  return true;
}

}  // namespace cgroupd
