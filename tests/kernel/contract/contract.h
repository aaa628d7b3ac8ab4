// What every Kernel must show: one suite, run on the fake kernel on any machine and on the real one in a guest.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "cgroupfs/kernel.h"
#include "model/limit_value.h"
#include "support/eventually.h"
#include "support/results.h"

namespace cgroupd::contract {

/// A kernel to be held to the contract, with processes to put into its cgroups.
class World {
 public:
  World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  World(World&&) = delete;
  World& operator=(World&&) = delete;
  virtual ~World() = default;

  virtual Kernel& kernel() = 0;
  /// Starts a process that only waits, somewhere outside of the test's cgroups.
  virtual std::uint64_t start() = 0;
  virtual bool is_alive(std::uint64_t pid) = 0;
  virtual void end(std::uint64_t pid) = 0;
  /// A disk that limits can be set for.
  virtual std::optional<Device> disk() = 0;
};

struct WorldUnderTest {
  std::string name;
  std::function<std::unique_ptr<World>()> make;
};
inline void PrintTo(const WorldUnderTest& world, std::ostream* out) {
  *out << world.name;
}

/// Gives each test a cgroup of its own, `top`, which hands down every controller there is, and in it `web`, empty.
class Contract : public testing::TestWithParam<WorldUnderTest> {
 protected:
  void SetUp() override;
  void TearDown() override;

  Kernel& kernel() { return world_->kernel(); }
  World& world() { return *world_; }

  CgroupPath make(const CgroupPath& parent, std::string_view name);
  /// A waiting process in `cgroup`.
  std::uint64_t start_in(const CgroupPath& cgroup);

  Result<std::string> write(const CgroupPath& cgroup, std::string_view file, std::string_view value) {
    return kernel().write(cgroup, file, value);
  }
  /// The errno a write gives; 0 when it succeeds.
  int write_error(const CgroupPath& cgroup, std::string_view file, std::string_view value);
  int read_error(const CgroupPath& cgroup, std::string_view file);
  /// What a file reads, without the newline at its end; "(errno N)" when it cannot be read.
  std::string text(const CgroupPath& cgroup, std::string_view file);
  /// A number of a flat keyed file.
  std::optional<std::uint64_t> number(const CgroupPath& cgroup, std::string_view file, std::string_view key);
  bool becomes(const CgroupPath& cgroup, std::string_view file, std::string_view key, std::uint64_t value);

  bool has_file(const CgroupPath& cgroup, std::string_view file) { return read_error(cgroup, file) == 0; }
  /// True when `controller` reaches `web`.
  bool has(std::string_view controller);
  /// What came between 6.1 and 6.12 is recognised by a file, not by a version number.
  bool is_6_12() { return has_file(web_, "pids.events.local"); }

  CgroupPath top_, web_;

 private:
  void remove_tree(const CgroupPath& cgroup);
  std::unique_ptr<World> world_;
};

class ATree : public Contract {};
class AController : public Contract {};
class AThreadedDomain : public Contract {};
class AMemoryLimit : public Contract {};
class AMemoryFile : public Contract {};
class ACpuLimit : public Contract {};
class ACpuWeight : public Contract {};
class APidsLimit : public Contract {};
class ACpuset : public Contract {};
class AnIoLimit : public Contract {};
class AProcess : public Contract {};
class APressureFile : public Contract {};
class ALimit : public Contract {};

inline std::string name_of(const testing::TestParamInfo<WorldUnderTest>& info) {
  return info.param.name;
}

}  // namespace cgroupd::contract

/// Holds the given worlds to the whole contract; for use inside namespace cgroupd::contract.
#define CGROUPD_CONTRACT_SUITE(suite, worlds) INSTANTIATE_TEST_SUITE_P(Contract, suite, worlds, name_of)
#define CGROUPD_CONTRACT(worlds)                   \
  CGROUPD_CONTRACT_SUITE(ATree, worlds);           \
  CGROUPD_CONTRACT_SUITE(AController, worlds);     \
  CGROUPD_CONTRACT_SUITE(AThreadedDomain, worlds); \
  CGROUPD_CONTRACT_SUITE(AMemoryLimit, worlds);    \
  CGROUPD_CONTRACT_SUITE(AMemoryFile, worlds);     \
  CGROUPD_CONTRACT_SUITE(ACpuLimit, worlds);       \
  CGROUPD_CONTRACT_SUITE(ACpuWeight, worlds);      \
  CGROUPD_CONTRACT_SUITE(APidsLimit, worlds);      \
  CGROUPD_CONTRACT_SUITE(ACpuset, worlds);         \
  CGROUPD_CONTRACT_SUITE(AnIoLimit, worlds);       \
  CGROUPD_CONTRACT_SUITE(AProcess, worlds);        \
  CGROUPD_CONTRACT_SUITE(APressureFile, worlds);   \
  CGROUPD_CONTRACT_SUITE(ALimit, worlds)
