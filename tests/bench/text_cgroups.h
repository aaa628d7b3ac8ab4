// Cgroups that are not there, with the text a busy one has: 40 series each, and numbers that differ from cgroup to
// cgroup as real ones do, so that gzip has real work.
#pragma once

#include <cerrno>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cgroupfs/tree_reader.h"
#include "metrics/collector.h"

namespace cgroupd::bench {

inline constexpr std::size_t text_cgroups_series = 40;

/// Leaves the 40, without what only we would show.
inline CollectorOptions text_cgroups_options() {
  return {.tree = {.max_cgroups = 100'000}, .exclude_families = {"cgroup_descendants", "cgroup_dying_descendants"}};
}

class TextCgroups final : public TreeReader {
 public:
  explicit TextCgroups(std::size_t count) : count_(count) {}
  std::string root_path() const override { return "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/tree"; }
  void set_files(std::vector<ReadableFile> files) override {
    for (const ReadableFile& file : files) texts_.emplace_back(text_of(file.name));
  }
  OrErrno<std::unique_ptr<CgroupReader>> open_root() override {
    return std::unique_ptr<CgroupReader>(std::make_unique<Reader>(*this, true, 0));
  }

 private:
  class Reader final : public CgroupReader {
   public:
    Reader(TextCgroups& tree, bool is_root, std::size_t number) : tree_(tree), is_root_(is_root), number_(number) {}
    OrErrno<std::string_view> read(std::size_t file) override {
      const Text& text = tree_.texts_[file];
      if (text.model.empty()) return tl::unexpected(ENOENT);
      tree_.buffer_ = text.model;
      const std::size_t turn = (number_ * 31 + number_ / 7) % 10;
      for (const auto& [at, digit] : text.digits) tree_.buffer_[at] = "012345678901234567890"[digit + turn];
      return tree_.buffer_;
    }
    OrErrno<std::vector<std::string>> children() override {
      std::vector<std::string> names;
      for (std::size_t i = 0; is_root_ && i < tree_.count_; ++i) {
        const std::string number = std::to_string(i);
        names.push_back("container-" + std::string(6 - number.size(), '0') + number);
      }
      return names;
    }
    OrErrno<std::unique_ptr<CgroupReader>> open_child(const std::string& name) override {
      const std::size_t number = std::stoul(name.substr(name.rfind('-') + 1));
      return std::unique_ptr<CgroupReader>(std::make_unique<Reader>(tree_, false, number));
    }
    void controllers_changed() override {}
    std::optional<std::uint32_t> owner_uid() const override { return 1000; }
    std::optional<double> created() const override { return std::nullopt; }

   private:
    TextCgroups& tree_;
    bool is_root_;
    std::size_t number_;
  };

  // Made ready, so that the making weighs little beside what is measured.
  struct Text {
    explicit Text(std::string text) : model(std::move(text)) {
      const auto is_digit = [this](std::size_t at) { return model[at] >= '0' && model[at] <= '9'; };
      for (std::size_t i = 1; i < model.size(); ++i) {
        if (is_digit(i) && is_digit(i - 1))
          digits.emplace_back(i, (static_cast<std::size_t>(model[i] - '0') + i * 17) % 10);
      }
    }
    std::string model;
    std::vector<std::pair<std::size_t, std::size_t>> digits;  // all of a number but the first, so that its length stays
  };

  static std::string text_of(std::string_view file) {
    static const std::map<std::string_view, std::string_view> texts = {
        {"cgroup.stat", "nr_descendants 0\nnr_dying_descendants 0\n"},
        {"cpu.stat",
         "usage_usec 743655419\nuser_usec 700000123\nsystem_usec 43655419\nnr_periods 8000\nnr_throttled "
         "25\nthrottled_usec 1500017\nnr_bursts 3\nburst_usec 1200\n"},
        {"memory.current", "41943040\n"},
        {"memory.peak", "67108864\n"},
        {"memory.swap.current", "1048576\n"},
        {"memory.events", "low 0\nhigh 12\nmax 91\noom 3\noom_kill 1\noom_group_kill 0\n"},
        {"memory.stat",
         "anon 20971520\nfile 18874368\nkernel 1245184\nkernel_stack 49152\npagetables 102400\npercpu 2304\nsock "
         "4096\nvmalloc 0\nshmem 8192\nfile_mapped 1351680\nfile_dirty 12288\nfile_writeback 4096\nswapcached "
         "0\nanon_thp 0\nfile_thp 0\nshmem_thp 0\ninactive_anon 20967424\nactive_anon 4096\ninactive_file "
         "16777216\nactive_file 2097152\nunevictable 0\nslab_reclaimable 655360\nslab_unreclaimable 393216\nslab "
         "1048576\nworkingset_refault_anon 0\nworkingset_refault_file 12\npgscan 5120\npgsteal 4987\npgfault "
         "90210\npgmajfault 17\npgrefill 40\npgactivate 611\n"},
        {"pids.current", "3\n"},
        {"pids.peak", "9\n"},
        {"pids.events", "max 4\n"},
        {"cpu.pressure",
         "some avg10=0.12 avg60=0.05 avg300=0.01 total=1525360\nfull avg10=0.00 avg60=0.00 avg300=0.00 "
         "total=1500001\n"},
        {"memory.pressure",
         "some avg10=0.00 avg60=0.00 avg300=0.00 total=250017\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=125003\n"},
        {"io.pressure",
         "some avg10=0.00 avg60=0.00 avg300=0.00 total=70707\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=123\n"},
    };
    const auto at = texts.find(file);
    return at == texts.end() ? std::string() : std::string(at->second);
  }

  std::size_t count_;
  std::vector<Text> texts_;
  std::string buffer_;
};

}  // namespace cgroupd::bench
