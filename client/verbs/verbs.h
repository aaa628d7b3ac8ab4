// The verbs, each in a file of its own name.
#pragma once

#include "client/verb.h"

namespace cgroupd::client {

extern const Verb create_verb;
extern const Verb set_verb;
extern const Verb unset_verb;
extern const Verb show_verb;
extern const Verb list_verb;
extern const Verb tree_verb;
extern const Verb run_verb;
extern const Verb move_verb;
extern const Verb freeze_verb;
extern const Verb thaw_verb;
extern const Verb kill_verb;
extern const Verb remove_verb;
extern const Verb apply_verb;
extern const Verb history_verb;
extern const Verb undo_verb;
extern const Verb watch_verb;
extern const Verb reload_verb;
extern const Verb completion_verb;
extern const Verb doctor_verb;
extern const Verb help_verb;

}  // namespace cgroupd::client
