// A Kernel in memory that keeps Linux's rules, writes down what it is asked, and fails where a test wants it to.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cgroupfs/kernel.h"
#include "support/fake/machine.h"

namespace cgroupd {

enum class Op { read, write, make, remove, list, open };

/// One thing the kernel was asked, in the order of asking. `cgroup` is relative to the delegated root ("" = itself,
/// ".." = its parent).
struct KernelAccess {
  Op op;
  std::string cgroup;
  std::string file;
  std::string value;
  friend bool operator==(const KernelAccess&, const KernelAccess&) = default;
};

class FakeKernel final : public Kernel {
 public:
  explicit FakeKernel(fake::Host host = {});

  std::string root_path() const override;
  Result<std::string> read(const CgroupPath& cgroup, std::string_view file) override;
  Result<std::string> read_above(unsigned levels, std::string_view file) override;
  Result<std::string> write(const CgroupPath& cgroup, std::string_view file, std::string_view value) override;
  Result<void> make(const CgroupPath& cgroup) override;
  Result<void> remove(const CgroupPath& cgroup) override;
  Result<std::vector<std::string>> children(const CgroupPath& cgroup) override;
  Result<FileDescriptor> open_directory(const CgroupPath& cgroup) override;
  Result<FileDescriptor> open_trigger(const CgroupPath& cgroup, std::string_view file,
                                      std::string_view trigger) override;
  Result<std::optional<std::string>> mark(const CgroupPath& cgroup, std::string_view name) override;
  Result<void> set_mark(const CgroupPath& cgroup, std::string_view name, std::string_view text) override;

  /// mkdir -p with every controller of the delegated root enabled on the way down. Leaves no trace in accesses().
  CgroupPath given(std::string_view path);
  /// Another writer: same rules, no trace, no injected failure. 0 or an errno.
  int write_as_other(const CgroupPath& cgroup, std::string_view file, std::string_view value);
  /// The administrator at a level above the delegated root. 0 or an errno.
  int write_above(unsigned levels, std::string_view file, std::string_view value);
  /// The text of a file, without a trace and without its newline at the end; "" when it is absent.
  std::string text_of(const CgroupPath& cgroup, std::string_view file);
  bool exists(const CgroupPath& cgroup);

  /// A process in `cgroup`; nothing when a pids.max refuses it.
  std::optional<std::uint64_t> start(const CgroupPath& cgroup, std::string_view name = "sleep");
  void end(std::uint64_t pid);
  bool is_alive(std::uint64_t pid);
  /// The processes of `cgroup` now use `bytes`, of which `reclaimable` is page cache; too much has its consequences.
  void use_memory(const CgroupPath& cgroup, std::uint64_t bytes, std::uint64_t reclaimable = 0);
  /// Adds to a counter of cpu.stat here and at every level above.
  void count_cpu(const CgroupPath& cgroup, std::string_view key, std::uint64_t more);

  /// The next write to this file (any file when `file` is empty) fails with `error`, and changes nothing.
  void fail_next(const CgroupPath& cgroup, std::string_view file, int error);
  /// The same for reading.
  void fail_next_read(const CgroupPath& cgroup, std::string_view file, int error);
  /// The `nth` write from now (1 = the next) fails, whatever it is; make and remove count as writes.
  void fail_write(std::size_t nth, int error);
  /// Runs in the middle of every write (make and remove count), before it takes effect: another writer, a process that
  /// starts, …
  void before_each_write(std::function<void(const KernelAccess&)> hook);
  /// The next write to this file takes effect, and is followed by another writer's before it is read back.
  void overwrite_next(const CgroupPath& cgroup, std::string_view file, std::string_view value);

  std::vector<KernelAccess> accesses() const;
  /// Writes of interface files alone.
  std::vector<KernelAccess> writes() const;
  void forget_accesses();

 private:
  struct Failure {
    Op op;
    std::string cgroup;
    std::string file;
    int error;
  };
  fake::Cgroup* find(const CgroupPath& cgroup) const;
  fake::Cgroup* above(unsigned levels) const;
  void note(Op op, const CgroupPath& cgroup, std::string_view file = {}, std::string_view value = {});
  int injected(Op op, const CgroupPath& cgroup, std::string_view file);
  fake::Text read_file(const fake::Cgroup* cgroup, std::string_view file) const;
  int write_file(fake::Cgroup* cgroup, std::string_view file, std::string_view value, bool by_owner_only);

  mutable std::recursive_mutex mutex_;  // the executor may write from a worker while a test looks on
  fake::Machine machine_;
  std::vector<KernelAccess> accesses_;
  std::vector<Failure> failures_;
  std::size_t writes_until_failure_ = 0;
  int nth_write_error_ = 0;
  std::function<void(const KernelAccess&)> hook_;
  std::optional<KernelAccess> overwriting_;
};

}  // namespace cgroupd
