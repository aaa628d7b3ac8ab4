// What was delegated to us: one root, and some controllers.
#pragma once

#include "cgroupfs/tree_reader.h"
#include "metrics/page.h"

namespace cgroupd {

/// cgroupd_root_info, and cgroupd_controller_delegated with a row for every controller of the limit table: a limit of
/// one that is missing can only be refused. Read anew each time, as an administrator may change it while we run;
/// nothing is written of what cannot be read.
void write_delegation(Page& page, TreeReader& reader);

}  // namespace cgroupd
