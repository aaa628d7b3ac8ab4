// Names.
#include "core/events.h"

namespace cgroupd {

std::string_view drift_action_name(DriftAction action) {
  switch (action) {
    case DriftAction::repaired:
      return "repaired";
    case DriftAction::reported:
      return "reported";
    case DriftAction::adopted:
      return "adopted";
    case DriftAction::fighting:
      return "fighting";
    case DriftAction::failed:
      break;
  }
  return "failed";
}

}  // namespace cgroupd
