// Peeking at arguments: a name first, or an array of structures that begin with one.
#include "dbus/question.h"

#include <limits>

#include <sdbus-c++/sdbus-c++.h>

#include "cgroupfs/processes.h"
#include "dbus/guarded_object.h"
#include "dbus/raw_message.h"
#include "dbus/wire.h"

namespace cgroupd {
namespace {

void take(const std::string& name, Question& question) {
  if (auto cgroup = CgroupPath::parse(name)) question.cgroups.push_back(*std::move(cgroup));
}

// Of Apply: the names alone, how many there are; what is wanted of each is decoded by the method.
std::size_t take_names(sdbus::MethodCall& call, Question& question) {
  sd_bus_message* const raw = raw_message(call);
  std::size_t named = 0;
  if (sd_bus_message_enter_container(raw, 'a', "(sa{sv}a{sv})") < 0) return named;
  while (sd_bus_message_enter_container(raw, 'r', "sa{sv}a{sv}") > 0) {
    const char* name = nullptr;
    if (sd_bus_message_read_basic(raw, 's', &name) < 0 || sd_bus_message_skip(raw, "a{sv}a{sv}") < 0 ||
        sd_bus_message_exit_container(raw) < 0)
      return std::numeric_limits<std::size_t>::max();  // never as many as were taken
    ++named;
    take(name, question);
  }
  sd_bus_message_exit_container(raw);
  return named;
}

// Of Attach and AttachPids.
void take_processes(sdbus::MethodCall& call, Question& question) {
  std::string type;
  std::string contents;
  call.peekType(type, contents);
  if (type != "a") return;
  if (contents == "u") {
    std::vector<std::uint32_t> pids;
    call >> pids;
    for (const auto pid : pids) question.pids.push_back(static_cast<pid_t>(pid));
  } else if (contents == "h") {
    std::vector<sdbus::UnixFd> pidfds;
    call >> pidfds;
    for (const auto& pidfd : pidfds) question.pids.push_back(process_of_pidfd(pidfd.get()).value_or(0));
  }
}

}  // namespace

Question question_of(sdbus::MethodCall& call) {
  Question question{
      .method = call.getMemberName(), .sender = call.getSender(), .interactive = allows_interaction(call)};
  std::string type;
  std::string contents;
  call.peekType(type, contents);
  if (type == "s") {
    std::string name;
    call >> name;
    take(name, question);
    take_processes(call, question);
    call.rewind(true);
  } else if (type == "a" && contents == "(sa{sv}a{sv})") {
    const std::size_t named = take_names(call, question);
    // Pruning takes away what others have applied.
    wire::Dictionary options;
    call >> options;
    question.beyond_named = options.contains("prune");
    call.rewind(true);
    // One that is left out must not make the rest look like all of it.
    if (question.cgroups.size() != named) question.cgroups.clear();
  }
  return question;
}

}  // namespace cgroupd
