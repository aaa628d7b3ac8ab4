// Which controllers were delegated to us.
#pragma once

#include "cgroupfs/tree_reader.h"
#include "metrics/page.h"

namespace cgroupd {

/// cgroupd_controller_delegated, with a row for every controller of the limit table: a limit of one that is missing can
/// only be refused. Read anew each time, as an administrator may change it while we run; nothing is written when it
/// cannot be read.
void write_delegation(Page& page, TreeReader& reader);

}  // namespace cgroupd
