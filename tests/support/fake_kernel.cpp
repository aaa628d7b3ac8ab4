// FakeKernel's Kernel side: permissions, the record of accesses, injected failures.
#include "support/fake_kernel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/eventfd.h>

#include "cgroupfs/errno_codes.h"

namespace cgroupd {
namespace {

// Where a delegated unit of a user manager is found.
constexpr std::array<std::string_view, 4> levels_above = {"user.slice", "user-1000.slice", "user@1000.service",
                                                          "cgroupd-tree.service"};

// As real_kernel does.
fake::Cgroup& add_child(fake::Cgroup& parent, std::string_view name) {
  auto child = std::make_unique<fake::Cgroup>();
  child->name = std::string(name);
  child->parent = &parent;
  return *(parent.children[std::string(name)] = std::move(child));
}

// cgroup_check_hierarchy_limits()
bool has_room_for_child(const fake::Cgroup& parent) {
  std::uint64_t depth = 1;
  for (const fake::Cgroup* level = &parent; level != nullptr; level = level->parent, ++depth) {
    std::uint64_t descendants = 0;
    fake::for_each_beneath(*level, [&](const fake::Cgroup&) { ++descendants; });
    if (descendants - 1 >= level->max_descendants || depth > level->max_depth) return false;
  }
  return true;
}

std::string path_of(const fake::Cgroup& cgroup) {
  return cgroup.parent == nullptr ? "/sys/fs/cgroup" : path_of(*cgroup.parent) + "/" + cgroup.name;
}

}  // namespace

FakeKernel::FakeKernel(fake::Host host) {
  machine_.host = std::move(host);
  machine_.hierarchy = std::make_unique<fake::Cgroup>();
  machine_.delegated = machine_.hierarchy.get();
  for (const auto level : levels_above) {
    for (const auto& controller : machine_.host.controllers) machine_.delegated->subtree_control.insert(controller);
    machine_.delegated = &add_child(*machine_.delegated, level);
  }
}

fake::Cgroup* FakeKernel::find(const CgroupPath& cgroup) const {
  fake::Cgroup* at = machine_.delegated;
  std::string_view rest = cgroup.str();
  while (!rest.empty() && at != nullptr) {
    const auto slash = std::min(rest.find('/'), rest.size());
    const auto child = at->children.find(std::string(rest.substr(0, slash)));
    at = child == at->children.end() ? nullptr : child->second.get();
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  return at;
}

fake::Cgroup* FakeKernel::above(unsigned levels) const {
  fake::Cgroup* at = machine_.delegated;
  for (; levels > 0 && at != nullptr; --levels) at = at->parent;
  return at;
}

void FakeKernel::note(Op op, const CgroupPath& cgroup, std::string_view file, std::string_view value) {
  accesses_.push_back({.op = op, .cgroup = cgroup.str(), .file = std::string(file), .value = std::string(value)});
  if ((op != Op::write && op != Op::make && op != Op::remove) || !hook_) return;
  const auto hook = std::exchange(hook_, nullptr);  // what the hook does itself is not its business
  hook(accesses_.back());
  hook_ = hook;
}

int FakeKernel::injected(Op op, const CgroupPath& cgroup, std::string_view file) {
  const bool changes = op == Op::write || op == Op::make || op == Op::remove;
  if (changes && writes_until_failure_ > 0 && --writes_until_failure_ == 0) return nth_write_error_;
  const auto failure = std::ranges::find_if(failures_, [&](const Failure& each) {
    const bool same_op = each.op == op || (each.op == Op::write && changes);
    return same_op && each.cgroup == cgroup.str() && (each.file.empty() || each.file == file);
  });
  if (failure == failures_.end()) return 0;
  const int error = failure->error;
  failures_.erase(failure);
  return error;
}

fake::Text FakeKernel::read_file(const fake::Cgroup* cgroup, std::string_view file) const {
  if (cgroup == nullptr) return tl::unexpected(ENOENT);
  const auto* const row = fake::find_file(machine_, *cgroup, file);
  if (row == nullptr) return tl::unexpected(ENOENT);
  if (row->read == nullptr) return tl::unexpected(EACCES);
  return row->read(machine_, *cgroup);
}

int FakeKernel::write_file(fake::Cgroup* cgroup, std::string_view file, std::string_view value, bool by_owner_only) {
  if (cgroup == nullptr) return ENOENT;
  const auto* const row = fake::find_file(machine_, *cgroup, file);
  if (row == nullptr) return ENOENT;
  if (row->write == nullptr) return EACCES;
  if (by_owner_only && cgroup == machine_.delegated && !row->delegatable) return EACCES;
  if (value.empty()) return 0;  // cgroup_file_write() does nothing for no bytes
  return row->write(machine_, *cgroup, value);
}

std::string FakeKernel::root_path() const {
  return path_of(*machine_.delegated);
}

Result<std::string> FakeKernel::read(const CgroupPath& cgroup, std::string_view file) {
  const std::lock_guard lock(mutex_);
  note(Op::read, cgroup, file);
  int error = injected(Op::read, cgroup, file);
  auto text = error == 0 ? read_file(find(cgroup), file) : tl::unexpected(error);
  if (text) return *text;
  error = text.error();
  return fail(error_code_of(error),
              "cannot read " + absolute_path(cgroup) + "/" + std::string(file) + ": " + std::strerror(error), {},
              error);
}

Result<std::string> FakeKernel::read_above(unsigned levels, std::string_view file) {
  const std::lock_guard lock(mutex_);
  std::string name = "..";
  for (unsigned level = 1; level < levels; ++level) name += "/..";
  accesses_.push_back({.op = Op::read, .cgroup = name, .file = std::string(file), .value = {}});
  const auto* const cgroup = above(levels);
  if (cgroup == nullptr)
    return fail(ErrorCode::out_of_range, "there is no cgroup " + std::to_string(levels) + " levels above");
  const auto text = read_file(cgroup, file);
  if (text) return *text;
  return fail(error_code_of(text.error()),
              "cannot read " + path_of(*cgroup) + "/" + std::string(file) + ": " + std::strerror(text.error()), {},
              text.error());
}

Result<std::string> FakeKernel::write(const CgroupPath& cgroup, std::string_view file, std::string_view value) {
  const std::lock_guard lock(mutex_);
  note(Op::write, cgroup, file, value);
  int error = injected(Op::write, cgroup, file);
  if (error == 0) error = write_file(find(cgroup), file, value, true);
  if (error != 0) {
    return fail(error_code_of(error),
                "cannot write '" + std::string(value) + "' to " + absolute_path(cgroup) + "/" + std::string(file) +
                    ": " + std::strerror(error),
                {}, error);
  }
  if (overwriting_ && overwriting_->cgroup == cgroup.str() && overwriting_->file == file)
    write_file(find(cgroup), file, std::exchange(overwriting_, std::nullopt)->value, false);
  return read_file(find(cgroup), file).value_or("");
}

Result<void> FakeKernel::make(const CgroupPath& cgroup) {
  const std::lock_guard lock(mutex_);
  note(Op::make, cgroup);
  int error = injected(Op::make, cgroup, {});
  fake::Cgroup* const parent = cgroup.is_root() ? nullptr : find(cgroup.parent());
  if (error == 0 && cgroup.is_root()) error = EEXIST;
  if (error == 0 && parent == nullptr) error = ENOENT;
  if (error == 0 && (find(cgroup) != nullptr || fake::find_file(machine_, *parent, cgroup.name()) != nullptr))
    error = EEXIST;
  if (error == 0 && !has_room_for_child(*parent)) error = EAGAIN;
  if (error != 0)
    return fail(error_code_of(error), "cannot create " + absolute_path(cgroup) + ": " + std::strerror(error), {},
                error);
  add_child(*parent, cgroup.name());
  return {};
}

Result<std::optional<std::string>> FakeKernel::mark(const CgroupPath& cgroup, std::string_view name) {
  const std::lock_guard lock(mutex_);
  const fake::Cgroup* const at = find(cgroup);
  if (at == nullptr) return fail(ErrorCode::not_found, "cannot open " + absolute_path(cgroup), {}, ENOENT);
  const auto found = at->marks.find(std::string(name));
  return found == at->marks.end() ? std::nullopt : std::optional(found->second);
}

Result<void> FakeKernel::set_mark(const CgroupPath& cgroup, std::string_view name, std::string_view text) {
  const std::lock_guard lock(mutex_);
  fake::Cgroup* const at = find(cgroup);
  if (at == nullptr) return fail(ErrorCode::not_found, "cannot open " + absolute_path(cgroup), {}, ENOENT);
  at->marks[std::string(name)] = text;
  return {};
}

Result<void> FakeKernel::remove(const CgroupPath& cgroup) {
  const std::lock_guard lock(mutex_);
  note(Op::remove, cgroup);
  int error = injected(Op::remove, cgroup, {});
  const fake::Cgroup* const at = find(cgroup);
  if (error == 0 && at == nullptr) error = ENOENT;
  if (error == 0 && cgroup.is_root()) error = EACCES;  // its parent is not ours
  if (error == 0 && (!at->processes.empty() || !at->children.empty())) error = EBUSY;
  if (error != 0)
    return fail(error_code_of(error), "cannot remove " + absolute_path(cgroup) + ": " + std::strerror(error), {},
                error);
  at->parent->page_cache += at->page_cache;
  at->parent->left_behind += at->left_behind;
  at->parent->children.erase(std::string(cgroup.name()));
  return {};
}

Result<std::vector<std::string>> FakeKernel::children(const CgroupPath& cgroup) {
  const std::lock_guard lock(mutex_);
  note(Op::list, cgroup);
  const fake::Cgroup* const at = find(cgroup);
  if (at == nullptr)
    return fail(ErrorCode::not_found, "cannot list " + absolute_path(cgroup) + ": " + std::strerror(ENOENT), {},
                ENOENT);
  std::vector<std::string> names;
  for (const auto& [name, _] : at->children) names.push_back(name);
  return names;
}

// A real directory, so that the fd can be passed on; not a cgroup.
Result<FileDescriptor> FakeKernel::open_trigger(const CgroupPath& cgroup, std::string_view file,
                                                std::string_view /*trigger*/) {
  const auto there = read(cgroup, file);
  if (!there) return fail(there.error());
  return FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

Result<FileDescriptor> FakeKernel::open_directory(const CgroupPath& cgroup) {
  const std::lock_guard lock(mutex_);
  note(Op::open, cgroup);
  if (find(cgroup) == nullptr) {
    return fail(ErrorCode::not_found, "cannot open " + absolute_path(cgroup) + ": " + std::strerror(ENOENT), {},
                ENOENT);
  }
  return FileDescriptor(::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace cgroupd
