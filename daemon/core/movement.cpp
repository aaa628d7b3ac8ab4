// cgroup.procs, and whom to ask where it may not be written.
#include "core/movement.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>
#include <utility>

#include <unistd.h>

#include "cgroupfs/file_descriptor.h"
#include "cgroupfs/formats.h"
#include "cgroupfs/hierarchy.h"
#include "cgroupfs/processes.h"
#include "core/accounts.h"
#include "core/diagnosis.h"
#include "core/tree.h"

namespace cgroupd {
namespace {

// By the kernel, to us: another may be allowed to.
bool is_forbidden(const Error& error) {
  return error.code == ErrorCode::not_authorized || error.errno_value == ENOENT;
}

}  // namespace

struct Movement::Attempt {
  struct OneProcess {
    pid_t pid = 0;
    FileDescriptor pidfd;
  };
  CgroupPath cgroup;
  WaitingRoom::Uid asker = {};
  std::vector<OneProcess> processes = {};
  Done done = {};
  std::size_t next = 0;                               ///< to be moved
  std::vector<std::pair<pid_t, Error>> refused = {};  ///< only the last may be for another reason than rights

  bool is_over() const {
    return next == processes.size() || (!refused.empty() && !is_forbidden(refused.back().second));
  }
};

Result<void> Movement::check_movable(const std::vector<pid_t>& pids) {
  const auto leaf = CgroupPath().child(supervisor_name);
  const auto procs = leaf ? kernel_.read(*leaf, "cgroup.procs") : Result<std::string>(fail(leaf.error()));
  const auto holders = procs ? process_ids(*procs) : std::vector<std::int32_t>();
  for (const pid_t pid : pids) {
    if (pid <= 0)
      return fail(ErrorCode::invalid_argument, std::to_string(static_cast<std::uint32_t>(pid)) + " is no process id");
    if (pid != ::getpid() && std::ranges::find(holders, pid) == holders.end()) continue;
    return fail(ErrorCode::invalid_argument,
                "process " + process_label(pid) + " keeps the cgroups here, so it cannot be put into one of them",
                "leave it where it is");
  }
  return {};
}

Error Movement::attach_refused(const CgroupPath& cgroup, pid_t pid, Error error) {
  const std::string who = "process " + process_label(pid);
  if (error.errno_value == ESRCH) {
    return Error{.code = ErrorCode::not_found,
                 .message = "there is no process " + std::to_string(pid),
                 .hint = {},
                 .errno_value = ESRCH};
  }
  if (is_forbidden(error)) {
    // What forbids it is not the cgroup but cpuset (security_task_setscheduler), as for sched_setaffinity(2).
    if (error.errno_value == EPERM) {
      return Error{
          .code = ErrorCode::not_authorized,
          .message = who + " cannot be moved to " + cgroup.str() +
                     ": it has capabilities that cgroupd has not, and where cpuset is delegated the kernel lets "
                     "nobody move such a process who has fewer",
          .hint = "start it in place instead: cgctl run " + cgroup.str() + " -- COMMAND",
          .errno_value = EPERM};
    }
    const auto stands = cgroup_of_process(std::to_string(pid));
    error.code = ErrorCode::not_authorized;
    error.message = who + " cannot be moved to " + cgroup.str() + ": ";
    error.hint = "start it in place instead: cgctl run " + cgroup.str() + " -- COMMAND";
    if (!stands || is_outside_namespace(*stands)) {
      error.message += stands ? "it stands outside the cgroup namespace we are in, and nothing crosses its border"
                              : "it stands in a cgroup we cannot see, so not beneath " + kernel_.root_path();
      return error;
    }
    const std::string above = nearest_common_ancestor(*stands, kernel_.absolute_path(cgroup));
    const auto owner = uid_of_file(above + "/cgroup.procs");
    error.message += "it stands in " + *stands + ", and moving it from there needs write access to " + above +
                     "/cgroup.procs, which belongs to " + (owner ? user_name(*owner) : "another user");
    return error;
  }
  error.message = who + ": " + error.message;
  return diagnose(kernel_, cgroup, "cgroup.procs", std::move(error));
}

void Movement::attach(const CgroupPath& cgroup, const std::vector<pid_t>& pids, WaitingRoom::Uid asker, Done done) {
  if (auto ok = check_movable(pids); !ok) return done(ok);
  if (!exists(kernel_, cgroup)) return done(fail(no_such_cgroup(kernel_, cgroup)));
  // Said here, because from outside the delegated tree the kernel would answer EACCES first and hide the real cause.
  if (const auto gives = kernel_.read(cgroup, "cgroup.subtree_control"); gives && !words(*gives).empty()) {
    return done(fail(diagnose(kernel_, cgroup, "cgroup.procs",
                              Error{.code = ErrorCode::busy, .message = {}, .errno_value = EBUSY})));
  }
  if (!room_.has_room_for(asker)) {
    return done(
        fail(ErrorCode::limit_exceeded, "too many requests to move processes are waiting", "try again in a moment"));
  }
  auto attempt = std::make_shared<Attempt>(Attempt{.cgroup = cgroup, .asker = asker, .done = std::move(done)});
  // One that is named twice is moved once: each move takes its time.
  std::set<pid_t> named;
  for (const pid_t pid : pids) {
    if (named.insert(pid).second) attempt->processes.push_back({.pid = pid, .pidfd = open_pidfd(pid)});
  }
  room_.enter(asker);
  attempts_.push_back(std::move(attempt));
  if (attempts_.size() == 1) go_on();
}

// A move waits for a grace period of the kernel (cgroup_threadgroup_rwsem), 20 ms each and one at a time whoever makes
// it: so the event loop does not wait for it, one worker is enough, and a few processes are a turn.
void Movement::go_on() {
  const auto attempt = attempts_.front();
  background_.run([attempt](Kernel& kernel, const std::stop_token& stop) { move_some(kernel, *attempt, stop); },
                  [this, attempt] {
                    attempts_.pop_front();
                    if (attempt->is_over()) {
                      room_.leave(attempt->asker);
                    } else {
                      attempts_.push_back(attempt);
                    }
                    if (!attempts_.empty()) go_on();
                    if (attempt->is_over()) moved(*attempt);
                  });
}

void Movement::move_some(Kernel& kernel, Attempt& attempt, const std::stop_token& stop) {
  constexpr int a_turn = 8;
  for (int i = 0; i < a_turn && !attempt.is_over() && !stop.stop_requested(); ++i) {
    const auto& [pid, pidfd] = attempt.processes[attempt.next++];
    // Its number may be another's by now.
    const bool has_gone = pidfd && process_of_pidfd(pidfd.get()) != pid;
    auto ok = has_gone ? Result<std::string>(fail(ErrorCode::not_found, "", "", ESRCH))
                       : kernel.write(attempt.cgroup, "cgroup.procs", std::to_string(pid));
    if (!ok) attempt.refused.emplace_back(pid, std::move(ok.error()));
  }
}

void Movement::moved(const Attempt& attempt) {
  const auto& [cgroup, asker, processes, done, next, refused] = attempt;
  if (refused.empty()) return done({});
  const auto& [pid, error] = refused.back();
  const Error last = attach_refused(cgroup, pid, error);
  if (!is_forbidden(error) || service_manager_ == nullptr || !tree_unit_) return done(fail(last));
  std::vector<pid_t> beyond_us;
  for (const auto& one : refused) beyond_us.push_back(one.first);
  service_manager_->attach(
      *tree_unit_, "/" + cgroup.str(), beyond_us,
      [this, cgroup = cgroup, beyond_us, last, done = done](const Result<void>& ok) {
        const auto procs = kernel_.read(cgroup, "cgroup.procs");
        const auto now = procs ? process_ids(*procs) : std::vector<std::int32_t>();
        const bool all_there =
            std::ranges::all_of(beyond_us, [&](pid_t one) { return std::ranges::binary_search(now, one); });
        if (all_there) return done({});
        Error still = last;
        still.message += ok ? "; systemd answered yes, but the process is not there" : "; " + ok.error().message;
        done(fail(std::move(still)));
      });
}

}  // namespace cgroupd
