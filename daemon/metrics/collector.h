// Reads every cgroup beneath the delegated root for one scrape, and writes what it found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "cgroupfs/tree_reader.h"
#include "core/published_facts.h"
#include "metrics/cgroup_tree.h"
#include "metrics/container_cgroups.h"
#include "metrics/families.h"
#include "metrics/limit_families.h"
#include "metrics/page.h"
#include "metrics/selection.h"
#include "metrics/user_cgroups.h"
#include "runtimes/catalog.h"

namespace cgroupd {

struct CollectorOptions {
  TreeOptions tree = {};
  bool for_cadvisor = false;                       ///< also what only CadvisorView shows
  std::vector<std::string> exclude_families = {};  ///< globs (glob.h); a file that feeds no other family is not read
  /// Where container runtimes leave names for us; none: containers are neither named nor looked for.
  std::optional<RuntimePlaces> runtimes = {};
  /// Also every user's cgroups. Then each label block begins with `root="dev"`, and this tells who a user is.
  UserCgroups::NameOf all_users = {};
  std::string manager = {};  ///< our service manager in the hierarchy, in whose slices containers lie; empty: none
};

/// Not thread-safe; belongs to the thread that answers scrapes, and so does its reader.
class Collector {
 public:
  /// One number of one cgroup.
  struct Row {
    std::uint32_t cgroup;  ///< index into cgroups()
    std::uint32_t device;  ///< index into devices(), which begins with none
    double value;
  };

  /// `reader` must outlive the collector.
  Collector(TreeReader& reader, CollectorOptions options);

  /// Walks the tree and reads each interface file at most once a cgroup. A file that is absent has no samples; a cgroup
  /// that vanishes on the way costs its own rows only. An error when the root cannot be read: then nothing is shown.
  Result<void> collect(std::shared_ptr<const Facts> facts);

  /// The families of the last collect().
  void write(Page& page);

  const std::vector<const CgroupNode*>& cgroups() const { return cgroups_; }
  /// The rows of a family by its native name; none when it is not known or switched off.
  std::span<const Row> rows(std::string_view family) const;
  /// `device="vda"` for each device seen; the first is empty.
  const std::vector<std::string>& devices() const { return device_labels_; }
  /// What the core knows of a cgroup of this page; null: nothing.
  const CgroupFacts* facts_of(const CgroupNode& cgroup) const;
  /// With for_cadvisor: a process of each cgroup that has any itself, by index into cgroups().
  const std::vector<std::pair<std::uint32_t, pid_t>>& members() const { return members_; }

 private:
  struct FamilyRows {
    MetricFamily family;
    bool enabled;
    bool shown;  // on the native page
    std::vector<Row> rows;
  };
  // What a limit's text was taken for the last time: the next cgroup's often says the same ("max").
  struct LimitText {
    LimitText(std::string shown, Result<Value> meant) : text(std::move(shown)), value(std::move(meant)) {}
    std::string text;
    Result<Value> value;
    std::vector<LimitReading> readings = {};
  };
  // The same of a state file, for which a cgroup's memory may count, too.
  struct StateText {
    bool is_whole = false;  // else it was too long to be remembered
    std::string text = {};
    std::optional<double> memory_in_use = {};
    std::vector<Reading> readings = {};
  };
  // One file of the reader's list, and where its families begin.
  struct File {
    const StateFile* state = nullptr;  // one of the two
    const Limit* limit = nullptr;
    std::unique_ptr<StateReader> reader = nullptr;  // of a state file
    std::size_t first_family = 0;
    std::size_t first_desired = 0;
    bool enabled = false;
    bool is_memory_in_use = false;
    std::optional<LimitText> last = {};  // of a limit
    StateText last_state = {};           // of a state file
  };

  std::size_t know(const MetricFamily& family, bool cadvisor_only = false);
  void know_files();
  void add(CgroupNode& cgroup, std::string_view stat);
  void add_containers();
  void add_text(std::size_t file, std::string_view text, const CgroupFacts* facts);
  const std::vector<Reading>& state_of(File& file, std::string_view text) const;
  void add_state(File& file, std::string_view text);
  static const LimitText& limit_of(File& file, std::string_view text);
  void add_limit(File& file, std::string_view text, const CgroupFacts* facts);
  void push(std::size_t family, std::optional<Device> device, double value);
  std::uint32_t device_index(const Device& device);
  void name_container(CgroupNode& cgroup) const;
  std::string info_labels(const CgroupNode& cgroup) const;
  void write_roots(Page& page) const;
  void write_facts(Page& page) const;
  void write_counts(Page& page) const;

  TreeReader& reader_;
  bool for_cadvisor_;
  std::vector<std::string> exclude_families_;
  std::deque<std::string> texts_;     // names and helps that are made, not written in a table
  std::vector<FamilyRows> families_;  // in page order
  std::unordered_map<std::string_view, std::size_t> family_index_;
  std::vector<File> files_;
  std::size_t stat_file_ = 0;
  Selection selection_;
  CgroupTree tree_;
  std::unique_ptr<Catalog> catalog_;  // null: containers are not looked for
  std::uint64_t catalog_seen_ = 0;    // its generation
  bool catalog_is_new_ = false;
  ContainerCgroups containers_;
  std::unique_ptr<UserCgroups> users_;  // null: only ours
  std::string our_root_;                // the label of ours then
  std::string mount_point_;

  std::shared_ptr<const Facts> facts_;
  bool facts_are_new_ = false;
  std::vector<const CgroupNode*> cgroups_;
  std::vector<std::pair<std::uint32_t, pid_t>> members_;
  bool weight_differs_ = false;         // from what is desired, in the cgroup that is being read
  bool is_idle_ = false;                // that cgroup
  std::vector<std::uint32_t> drifted_;  // limits that are not as desired, a number a cgroup
  std::map<Device, std::uint32_t> device_index_;
  std::vector<std::string> device_labels_;
  std::optional<double> memory_current_;  // of the cgroup that is being read
  std::vector<LimitReading> desired_;
  std::size_t failed_reads_ = 0;
};

}  // namespace cgroupd
