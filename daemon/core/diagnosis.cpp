// Looking for the real cause.
#include "core/diagnosis.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cgroupfs/formats.h"
#include "cgroupfs/host.h"
#include "cgroupfs/processes.h"
#include "model/limits.h"
#include "model/suggest.h"

namespace cgroupd {
namespace {

bool lists(const Result<std::string>& text, std::string_view word) {
  if (!text) return false;
  const auto all = words(*text);
  return std::ranges::find(all, word) != all.end();
}

std::string level_name(const Kernel& kernel, unsigned levels) {
  std::string path = kernel.root_path();
  for (unsigned i = 0; i < levels; ++i) path.resize(std::max<std::size_t>(path.rfind('/'), 1));
  return path;
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string controller_of(std::string_view file) {
  const Limit* const limit = find_limit(file);
  return limit != nullptr ? std::string(limit->controller) : std::string(file.substr(0, file.find('.')));
}

Error with_context(const Error& error, ErrorCode code, std::string message, std::string hint) {
  return Error{.code = code, .message = std::move(message), .hint = std::move(hint), .errno_value = error.errno_value};
}

// EBUSY has three meanings here (cgroup-v2.rst, "No Internal Process Constraint"; cgroup_destroy_locked()).
Error explain_busy(Kernel& kernel, const CgroupPath& cgroup, std::string_view file, Error error) {
  const std::string name = cgroup.is_root() ? kernel.root_path() : cgroup.str();
  const auto procs = kernel.read(cgroup, "cgroup.procs");
  const auto pids = procs ? process_ids(*procs) : std::vector<std::int32_t>();
  const auto below = kernel.children(cgroup);
  if (file == "cgroup.procs") {
    return with_context(error, ErrorCode::busy,
                        name + " cannot hold processes: it hands controllers to cgroups below it",
                        "put them in one of those, or in a new one such as " + name + "/main");
  }
  if (file == "cgroup.subtree_control" && !pids.empty()) {
    return with_context(
        error, ErrorCode::busy,
        name + " holds processes (" + process_labels(pids) + "), so it cannot hand controllers to cgroups below it",
        "move them into a cgroup below it first");
  }
  if (file.empty() && !pids.empty()) {
    return with_context(error, ErrorCode::busy, name + " still holds " + process_labels(pids),
                        "kill them too with: cgctl remove --kill " + name);
  }
  if (file.empty() && below && !below->empty()) {
    return with_context(
        error, ErrorCode::busy,
        name + " has cgroups below it (" + name + "/" + below->front() + (below->size() > 1 ? ", …" : "") + ")",
        "remove those first, or all at once with: cgctl remove --kill " + name);
  }
  return error;
}

// systemd switches a controller on along the whole path once user@.service delegates it, so that is where to mend it
// even when a slice further up is the first to lack it.
std::optional<Error> ends_at_user_manager(Kernel& kernel, unsigned first_without, const std::string& controller) {
  for (unsigned level = 0; level <= first_without; ++level) {
    const std::string unit(last_part(level_name(kernel, level)));
    if (!unit.starts_with("user@") || !unit.ends_with(".service")) continue;
    const auto has = kernel.read_above(level, "cgroup.controllers");
    std::string list = has ? has->substr(0, has->find('\n')) : "";
    return Error{.code = ErrorCode::not_delegated,
                 .message = "controller " + controller + " is not delegated to users here: it ends at " + unit +
                            ", which has only: " + list,
                 .hint =
                     "as root: mkdir -p /etc/systemd/system/user@.service.d && printf '[Service]\\nDelegate=cpu cpuset "
                     "io memory pids\\n' "
                     "> /etc/systemd/system/user@.service.d/delegate.conf && systemctl daemon-reload, then restart " +
                     unit + " or log in anew"};
  }
  return std::nullopt;
}

bool is_about_the_value(const Error& error) {
  return error.errno_value == ERANGE || error.errno_value == EINVAL;
}

// The kernel says no more than that it does not like the CPUs or memory nodes named.
Error with_there_are(Kernel& kernel, const CgroupPath& cgroup, std::string_view file, Error error) {
  const std::string effective = std::string(file) + ".effective";
  const auto there = kernel.read(cgroup.parent(), effective);
  if (!there) return error;
  return with_context(error, ErrorCode::invalid_argument, error.message,
                      "there are " + there->substr(0, there->find('\n')) + " (" + effective + " of the cgroup above)");
}

std::string why_not_in_this_kernel(const Limit& limit) {
  if (limit.kind == ValueKind::device_weight)
    return "io.weight needs the BFQ scheduler or io.cost (kernel option BLK_CGROUP_IOCOST)";
  if (!runs_linux(limit.since)) return "it came with Linux " + std::string(limit.since);
  // A controller that is being switched on is listed before its files are there.
  return "it was built or started without it, unless " + std::string(limit.controller) +
         " is being switched on right now";
}

// With the name that was meant, or else what `otherwise` says.
Error not_there(Kernel& kernel, const CgroupPath& cgroup, std::string otherwise) {
  Error error{.code = ErrorCode::not_found, .message = "no cgroup named '" + cgroup.str() + "'"};
  const auto siblings = kernel.children(cgroup.parent());
  const std::string near = siblings ? nearest_word(cgroup.name(), {siblings->begin(), siblings->end()}) : std::string();
  const auto path = near.empty() ? Result<CgroupPath>(CgroupPath()) : cgroup.parent().child(near);
  error.hint = path && !path->is_root() ? "did you mean " + path->str() + "?" : std::move(otherwise);
  return error;
}

}  // namespace

bool exists(Kernel& kernel, const CgroupPath& cgroup) {
  return kernel.read(cgroup, "cgroup.controllers").has_value();
}

Error no_such_cgroup(Kernel& kernel, const CgroupPath& cgroup) {
  return not_there(kernel, cgroup, "make it with: cgctl create " + cgroup.str());
}

Error none_to_remove(Kernel& kernel, const CgroupPath& cgroup) {
  return not_there(kernel, cgroup, "see them with: cgctl list");
}

Error explain_missing_controller(Kernel& kernel, const CgroupPath& cgroup, std::string_view controller) {
  const std::string name(controller);
  // From the top down: the first cgroup that has not got the controller tells where it ends.
  unsigned levels = 0;
  while (kernel.read_above(levels + 1, "cgroup.controllers")) ++levels;
  if (!lists(kernel.read_above(levels, "cgroup.controllers"), controller)) {
    return {.code = ErrorCode::not_delegated,
            .message = "controller " + name + " is not available at " + level_name(kernel, levels) +
                       ", the top of the cgroup2 hierarchy as seen from here",
            .hint = "the kernel lacks it, cgroup v1 holds it, or this is a container (see /proc/cgroups)"};
  }
  for (unsigned above = levels; above > 0; --above) {
    const unsigned level = above - 1;
    if (lists(kernel.read_above(level, "cgroup.controllers"), controller)) continue;
    if (auto user_manager = ends_at_user_manager(kernel, level, name)) return *std::move(user_manager);
    const std::string parent = level_name(kernel, above);
    return {.code = ErrorCode::not_delegated,
            .message = "controller " + name + " is not delegated to us: it ends at " + parent +
                       ", which does not have it in cgroup.subtree_control",
            .hint = "whoever owns " + parent + " must write '+" + name + "' to its cgroup.subtree_control"};
  }
  for (const auto& ancestor : cgroup.ancestors()) {
    if (lists(kernel.read(ancestor, "cgroup.subtree_control"), controller)) continue;
    return explain_busy(kernel, ancestor, "cgroup.subtree_control",
                        Error{.code = ErrorCode::not_delegated,
                              .message = "controller " + name + " is not enabled in cgroup.subtree_control of " +
                                         kernel.absolute_path(ancestor),
                              .hint = "something switched it off; setting a limit again switches it on"});
  }
  return {.code = ErrorCode::not_delegated,
          .message = "controller " + name + " does not reach " + kernel.absolute_path(cgroup)};
}

std::optional<Error> why_missing(Kernel& kernel, const Limit& limit) {
  const CgroupPath root;
  const auto text = kernel.read(root, limit.file);
  if (text || text.error().code != ErrorCode::not_found) return std::nullopt;
  return diagnose(kernel, root, limit.file, text.error());
}

Error diagnose(Kernel& kernel, const CgroupPath& cgroup, std::string_view file, Error error) {
  if (error.code == ErrorCode::busy && error.hint.empty()) return explain_busy(kernel, cgroup, file, std::move(error));
  if (error.code == ErrorCode::unsupported && error.errno_value == EOPNOTSUPP) {
    if (const auto type = kernel.read(cgroup, "cgroup.type"); type && *type != "domain\n") {
      return with_context(error, ErrorCode::unsupported,
                          cgroup.str() + " is '" + type->substr(0, type->find('\n')) + "', not a plain domain cgroup",
                          "a cgroup becomes threaded when cpu or pids is switched on below it while it holds "
                          "processes; remove it and make it anew");
    }
    return error;
  }
  const Limit* const limit = find_limit(file);
  // cgroup_file_write(): with nsdelegate, the limits of a namespace's root are not for those inside.
  if (error.errno_value == EPERM && limit != nullptr) {
    return with_context(error, ErrorCode::not_authorized,
                        "we are in a cgroup namespace whose root is " + cgroup.str() + ": its " + std::string(file) +
                            " belongs to whoever made the namespace",
                        "change it from outside, or limit the cgroups below it");
  }
  if (limit != nullptr && limit->kind == ValueKind::id_list && is_about_the_value(error)) {
    return with_there_are(kernel, cgroup, file, std::move(error));
  }
  if (error.code != ErrorCode::not_found || file.empty()) return error;
  if (!cgroup.is_root() && !exists(kernel, cgroup)) return no_such_cgroup(kernel, cgroup);
  const std::string controller = controller_of(file);
  if (!lists(kernel.read(cgroup, "cgroup.controllers"), controller))
    return explain_missing_controller(kernel, cgroup, controller);
  // The file is there, so the kernel means what the value names: blkg_conf_prep() finds no such device.
  if (error.errno_value == ENODEV && kernel.read(cgroup, file)) {
    return with_context(error, ErrorCode::invalid_argument, error.message, "lsblk shows the block devices there are");
  }
  return with_context(error, ErrorCode::unsupported, "this kernel has no " + std::string(file),
                      limit == nullptr ? "" : why_not_in_this_kernel(*limit));
}

}  // namespace cgroupd
