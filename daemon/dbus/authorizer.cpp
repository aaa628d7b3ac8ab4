// The rules, in the order in which they are asked.
#include "dbus/authorizer.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cgroupd {
namespace {

struct Row {
  std::string_view method;
  Action action;
};

constexpr std::array table = {
    Row{"Create", Action::create},         Row{"Apply", Action::create},     Row{"Remove", Action::create},
    Row{"SetLimits", Action::set_limits},  Row{"Unset", Action::set_limits}, Row{"Undo", Action::administer},
    Row{"Reclaim", Action::control},       Row{"Attach", Action::control},   Row{"AttachPids", Action::control},
    Row{"OpenDirectory", Action::control}, Row{"Freeze", Action::control},   Row{"Thaw", Action::control},
    Row{"Kill", Action::control},          Row{"Adopt", Action::adopt},      Row{"Get", Action::inspect},
    Row{"List", Action::inspect},          Row{"Snapshot", Action::inspect}, Row{"Explain", Action::inspect},
    Row{"History", Action::inspect},
};

std::string_view doing(Action action) {
  switch (action) {
    case Action::inspect:
      return "look at";
    case Action::create:
      return "create or remove";
    case Action::set_limits:
      return "set limits of";
    case Action::control:
      return "control";
    case Action::adopt:
      return "adopt";
    case Action::administer:
      return "administer";
  }
  return "use";
}

}  // namespace

std::string_view action_name(Action action) {
  switch (action) {
    case Action::inspect:
      return "inspect";
    case Action::create:
      return "create";
    case Action::set_limits:
      return "set-limits";
    case Action::control:
      return "control";
    case Action::adopt:
      return "adopt";
    case Action::administer:
      return "administer";
  }
  return "administer";
}

Action action_of_method(std::string_view method) {
  const auto* const row = std::ranges::find(table, method, &Row::method);
  return row == table.end() ? Action::administer : row->action;
}

Result<std::uint32_t> Authorizer::uid_of(const std::string& sender) const {
  auto uid = world_.uid_of(sender);
  if (!uid) return fail(ErrorCode::not_authorized, "not authorized: " + uid.error().message);
  return uid;
}

Result<void> Authorizer::judge_caller(const std::string& sender) const {
  const auto uid = uid_of(sender);
  if (!uid) return fail(uid.error());
  if (only_ && *uid == *only_) return {};
  return fail(ErrorCode::not_authorized,
              "not authorized: this cgroupd serves " + world_.name_of(only_.value_or(0)) + " alone", "use your own");
}

void Authorizer::ask(const Question& question, Answer answer) {
  if (only_) return answer(judge_caller(question.sender));
  const auto uid = uid_of(question.sender);
  if (!uid) return answer(fail(uid.error()));
  if (*uid == 0) return answer({});
  if (owns_all(*uid, question)) return answer({});
  const Action action = action_of(*uid, question);
  auto& of_this_one = waiting_of_[*uid];
  if (waiting_ >= most_waiting || of_this_one >= most_waiting_of_one) {
    return answer(fail(ErrorCode::limit_exceeded, "too many requests are waiting for polkit", "try again later"));
  }
  ++waiting_;
  ++of_this_one;
  polkit_->check(question.sender, "org.cgroupd1." + std::string(action_name(action)), question.interactive,
                 [this, uid = *uid, action, question, answer = std::move(answer)](const Result<bool>& granted) {
                   --waiting_;
                   if (const auto at = waiting_of_.find(uid); --at->second == 0) waiting_of_.erase(at);
                   if (granted && *granted) return answer({});
                   Error error = refusal(uid, action, question);
                   if (!granted) error.message += " (" + granted.error().message + ")";
                   answer(fail(std::move(error)));
                 });
}

// Whoever may control cgroups may move what is in them; moving anything else is power over the whole machine.
Action Authorizer::action_of(std::uint32_t uid, const Question& question) const {
  const Action action = action_of_method(question.method);
  if (question.beyond_named) return Action::administer;
  if (question.pids.empty() || action != Action::control) return action;
  return world_.standing_of(uid, question.pids) == Standing::elsewhere ? Action::administer : action;
}

bool Authorizer::owns_all(std::uint32_t uid, const Question& question) const {
  if (question.cgroups.empty() || question.beyond_named || !world_.has_budget(uid)) return false;
  if (!question.pids.empty() && world_.standing_of(uid, question.pids) != Standing::own) return false;
  const bool may_be_new = question.method == "Create" || question.method == "Apply";
  return std::ranges::all_of(question.cgroups, [&](const CgroupPath& cgroup) { return owns(uid, cgroup, may_be_new); });
}

bool Authorizer::owns(std::uint32_t uid, const CgroupPath& cgroup, bool may_be_new) const {
  auto levels = cgroup.ancestors();
  levels.push_back(cgroup);
  bool any_there = false;
  for (const auto& level : levels) {
    if (level.is_root() || !world_.exists(level)) continue;
    if (world_.owner_of(level) == uid) return may_be_new || world_.exists(cgroup);
    any_there = true;
  }
  // Whoever has a budget may begin a branch of its own, but none beneath somebody else's.
  return may_be_new && !any_there;
}

Error Authorizer::refusal(std::uint32_t uid, Action action, const Question& question) const {
  std::string what = question.cgroups.empty() ? "cgroups here" : "'" + question.cgroups.front().str() + "'";
  if (!question.cgroups.empty() && world_.exists(question.cgroups.front()))
    what += ", which belongs to " + world_.name_of(world_.owner_of(question.cgroups.front()).value_or(0));
  const std::string who = world_.name_of(uid);
  const std::string by_polkit = "by a polkit rule for org.cgroupd1." + std::string(action_name(action));
  const bool is_about_pids = !question.pids.empty() && world_.standing_of(uid, question.pids) != Standing::own;
  if (is_about_pids && world_.has_budget(uid)) {
    return {
        .code = ErrorCode::not_authorized,
        .message = "not authorized: " + who + " may not move processes to " + what + " that are in no cgroup of " + who,
        .hint = "have root start or move them there, or let you: " + by_polkit};
  }
  return {.code = ErrorCode::not_authorized,
          .message = "not authorized: " + who + " may not " + std::string(doing(action)) + " " + what,
          .hint = "root may let you: by [budget " + who + "] in cgroupd.conf, or " + by_polkit};
}

}  // namespace cgroupd
