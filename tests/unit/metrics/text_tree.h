// A tree that gives out texts as they were put in, and counts how often each was read.
#pragma once

#include <cerrno>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cgroupfs/tree_reader.h"

namespace cgroupd {

class TextTree final : public TreeReader {
 public:
  /// The cgroup and those above it are there, too. One that begins with a slash is elsewhere in the hierarchy.
  void put(const std::string& cgroup, const std::string& file, const std::string& text) {
    add(cgroup);
    texts_[{cgroup, file}] = text;
  }
  void put_in_root(const std::string& file, const std::string& text) { texts_[{"", file}] = text; }
  void add(const std::string& cgroup) {
    for (std::size_t at = cgroup.find('/', 1); at != std::string::npos; at = cgroup.find('/', at + 1))
      incarnations_.try_emplace(cgroup.substr(0, at), ++newest_);
    incarnations_.try_emplace(cgroup, ++newest_);
  }
  void remove(const std::string& cgroup, const std::string& file) { texts_.erase({cgroup, file}); }
  void fail_read(const std::string& cgroup, const std::string& file, int error) { failures_[{cgroup, file}] = error; }
  /// The root itself can no longer be read, or again.
  void lose_root(bool lost) { root_lost_ = lost; }
  /// Called before every read.
  void before_read(std::function<void(const std::string& cgroup, std::string_view file)> hook) {
    hook_ = std::move(hook);
  }
  /// An extended attribute.
  void mark(const std::string& cgroup, const std::string& value) { marks_[cgroup] = value; }
  void vanish(const std::string& cgroup) {
    incarnations_.erase(cgroup);
    std::erase_if(texts_, [&](const auto& entry) { return entry.first.first == cgroup; });
  }
  const std::map<std::pair<std::string, std::string>, int>& reads() const { return reads_; }
  void forget_reads() { reads_.clear(); }
  /// How often readers were told that their files may be others.
  int told_of_controllers() const { return told_of_controllers_; }

  std::string root_path() const override { return "/sys/fs/cgroup/test"; }
  std::string hierarchy_path() const override { return "/test"; }
  void set_files(std::vector<ReadableFile> files) override { files_ = std::move(files); }
  OrErrno<std::unique_ptr<CgroupReader>> open_in_hierarchy(const std::string& path) override {
    const std::string top = hierarchy_path() + "/";
    const auto at = incarnations_.find(path.starts_with(top) ? path.substr(top.size()) : path);
    if (at == incarnations_.end()) return tl::unexpected(ENOENT);
    return std::unique_ptr<CgroupReader>(std::make_unique<Reader>(*this, at->first, at->second));
  }
  OrErrno<std::unique_ptr<CgroupReader>> open_root() override {
    if (root_lost_) return tl::unexpected(ENOENT);
    return std::unique_ptr<CgroupReader>(std::make_unique<Reader>(*this, "", 0));
  }
  OrErrno<std::string> read_root(std::string_view file) override {
    if (root_lost_) return tl::unexpected(ENOENT);
    const auto text = texts_.find({"", std::string(file)});
    if (text == texts_.end()) return tl::unexpected(ENOENT);
    return text->second;
  }

 private:
  class Reader final : public CgroupReader {
   public:
    Reader(TextTree& tree, std::string cgroup, int incarnation)
        : tree_(tree), cgroup_(std::move(cgroup)), incarnation_(incarnation) {}
    OrErrno<std::string_view> read(std::size_t file) override {
      return tree_.read(cgroup_, incarnation_, tree_.files_[file].name);
    }
    OrErrno<std::vector<std::string>> children() override { return tree_.children(cgroup_, incarnation_); }
    OrErrno<std::unique_ptr<CgroupReader>> open_child(const std::string& name) override {
      const std::string child = cgroup_.empty() ? name : cgroup_ + "/" + name;
      const auto at = tree_.incarnations_.find(child);
      if (at == tree_.incarnations_.end()) return tl::unexpected(ENOENT);
      return std::unique_ptr<CgroupReader>(std::make_unique<Reader>(tree_, child, at->second));
    }
    void controllers_changed() override { ++tree_.told_of_controllers_; }
    std::optional<std::uint32_t> owner_uid() const override { return 1000; }
    std::optional<double> created() const override { return 1700000000.5; }
    OrErrno<std::string> attribute(const std::string& /*name*/, std::size_t most) override {
      const auto at = tree_.marks_.find(cgroup_);
      if (at == tree_.marks_.end()) return tl::unexpected(ENODATA);
      if (at->second.size() > most) return tl::unexpected(ERANGE);
      return at->second;
    }

   private:
    TextTree& tree_;
    std::string cgroup_;
    int incarnation_;
  };

  bool is_there(const std::string& cgroup, int incarnation) const {
    if (cgroup.empty()) return !root_lost_;
    const auto at = incarnations_.find(cgroup);
    return at != incarnations_.end() && at->second == incarnation;
  }
  OrErrno<std::string_view> read(const std::string& cgroup, int incarnation, const std::string& file) {
    if (hook_) hook_(cgroup, file);
    if (!is_there(cgroup, incarnation)) return tl::unexpected(ENODEV);
    const std::pair<std::string, std::string> key(cgroup, file);
    ++reads_[key];
    if (const auto failure = failures_.find(key); failure != failures_.end()) return tl::unexpected(failure->second);
    if (file == "cgroup.stat") {
      text_ = "nr_descendants " + std::to_string(count_beneath(cgroup)) + "\nnr_dying_descendants 0\n";
      return text_;
    }
    const auto text = texts_.find(key);
    if (text == texts_.end()) return tl::unexpected(ENOENT);
    text_ = text->second;
    return text_;
  }
  std::size_t count_beneath(const std::string& cgroup) const {
    std::size_t count = 0;
    for (const auto& [other, incarnation] : incarnations_) count += other.starts_with(cgroup + "/") ? 1U : 0U;
    return count;
  }
  OrErrno<std::vector<std::string>> children(const std::string& cgroup, int incarnation) {
    if (!is_there(cgroup, incarnation)) return tl::unexpected(ENOENT);
    const std::string beginning = cgroup.empty() ? "" : cgroup + "/";
    std::vector<std::string> names;
    for (const auto& [other, number] : incarnations_) {
      if (cgroup.empty() && other.starts_with('/')) continue;
      if (other.starts_with(beginning) && other.find('/', beginning.size()) == std::string::npos)
        names.push_back(other.substr(beginning.size()));
    }
    return names;
  }

  std::vector<ReadableFile> files_;
  std::map<std::string, int> incarnations_;
  int newest_ = 0;
  std::map<std::pair<std::string, std::string>, std::string> texts_;
  std::map<std::pair<std::string, std::string>, int> failures_;
  std::map<std::string, std::string> marks_;
  std::map<std::pair<std::string, std::string>, int> reads_;
  std::function<void(const std::string&, std::string_view)> hook_;
  std::string text_;
  int told_of_controllers_ = 0;
  bool root_lost_ = false;
};

/// What Linux 6.1 shows of a cgroup with every controller and limits on memory, CPU and processes.
inline void put_everything(TextTree& tree, const std::string& cgroup) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"cgroup.procs", "412\n415\n"},
      {"cgroup.events", "populated 1\nfrozen 0\n"},
      {"cpu.stat",
       "usage_usec 743655419\nuser_usec 700000000\nsystem_usec 43655419\nnr_periods 8000\nnr_throttled "
       "25\nthrottled_usec 1500000\nnr_bursts 0\nburst_usec 0\n"},
      {"cpu.max", "50000 100000\n"},
      {"cpu.max.burst", "0\n"},
      {"cpu.weight", "100\n"},
      {"cpu.idle", "0\n"},
      {"cpuset.cpus", "0-1\n"},
      {"cpuset.mems", "\n"},
      {"memory.current", "41943040\n"},
      {"memory.peak", "67108864\n"},
      {"memory.max", "67108864\n"},
      {"memory.high", "max\n"},
      {"memory.low", "0\n"},
      {"memory.min", "0\n"},
      {"memory.swap.max", "max\n"},
      {"memory.swap.current", "0\n"},
      {"memory.zswap.current", "0\n"},
      {"memory.oom.group", "0\n"},
      {"memory.events", "low 0\nhigh 0\nmax 91\noom 3\noom_kill 1\noom_group_kill 0\n"},
      {"memory.events.local", "low 0\nhigh 0\nmax 91\noom 3\noom_kill 0\noom_group_kill 0\n"},
      {"memory.stat",
       "anon 20971520\nfile 18874368\nkernel 1245184\nkernel_stack 49152\npagetables 102400\nsec_pagetables 0\npercpu "
       "2304\nsock 4096\n"
       "vmalloc 0\nshmem 8192\nzswap 0\nzswapped 0\nfile_mapped 1351680\nfile_dirty 12288\nfile_writeback "
       "0\nswapcached 0\nanon_thp 0\n"
       "file_thp 0\nshmem_thp 0\ninactive_anon 20967424\nactive_anon 4096\ninactive_file 16777216\nactive_file "
       "2097152\nunevictable 0\n"
       "slab_reclaimable 655360\nslab_unreclaimable 393216\nslab 1048576\nworkingset_refault_anon "
       "0\nworkingset_refault_file 12\n"
       "workingset_activate_anon 0\nworkingset_activate_file 3\nworkingset_restore_anon 0\nworkingset_restore_file "
       "0\nworkingset_nodereclaim 0\n"
       "pgscan 5120\npgsteal 4987\npgscan_kswapd 0\npgscan_direct 5120\npgsteal_kswapd 0\npgsteal_direct 4987\npgfault "
       "90210\npgmajfault 17\n"
       "pgrefill 40\npgactivate 611\npgdeactivate 37\npglazyfree 0\npglazyfreed 0\nthp_fault_alloc "
       "0\nthp_collapse_alloc 0\n"},
      {"pids.current", "3\n"},
      {"pids.peak", "9\n"},
      {"pids.max", "20\n"},
      {"pids.events", "max 4\n"},
      {"io.stat", "254:0 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0\n"},
      {"io.max", "254:0 rbps=2097152 wbps=max riops=max wiops=120\n"},
      {"io.weight", "default 100\n"},
      {"cpu.pressure",
       "some avg10=0.12 avg60=0.05 avg300=0.01 total=1525360\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\n"},
      {"memory.pressure",
       "some avg10=0.00 avg60=0.00 avg300=0.00 total=250000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=125000\n"},
      {"io.pressure",
       "some avg10=0.00 avg60=0.00 avg300=0.00 total=7\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"},
      {"irq.pressure", "full avg10=0.00 avg60=0.00 avg300=0.00 total=11\n"},
  };
  for (const auto& [file, text] : files) tree.put(cgroup, file, text);
}

}  // namespace cgroupd
