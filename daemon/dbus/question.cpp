// Peeking at arguments: a name first, or an array of structures that begin with one.
#include "dbus/question.h"

#include <sdbus-c++/sdbus-c++.h>

#include "cgroupfs/processes.h"
#include "dbus/guarded_object.h"
#include "dbus/wire.h"

namespace cgroupd {
namespace {

void take(const std::string& name, Question& question) {
  if (auto cgroup = CgroupPath::parse(name)) question.cgroups.push_back(*std::move(cgroup));
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
    std::vector<sdbus::Struct<std::string, wire::Dictionary, wire::Dictionary>> cgroups;
    call >> cgroups;
    // Pruning takes away what others have applied.
    wire::Dictionary options;
    call >> options;
    question.beyond_named = options.contains("prune");
    for (const auto& cgroup : cgroups) take(cgroup.get<0>(), question);
    call.rewind(true);
    // One that is left out must not make the rest look like all of it.
    if (question.cgroups.size() != cgroups.size()) question.cgroups.clear();
  }
  return question;
}

}  // namespace cgroupd
