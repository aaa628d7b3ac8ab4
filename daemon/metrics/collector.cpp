// Cgroup by cgroup while reading, family by family while writing.
#include "metrics/collector.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <unistd.h>

#include "cgroupfs/formats.h"
#include "cgroupfs/limit_file.h"
#include "metrics/device_names.h"
#include "metrics/glob.h"

namespace cgroupd {
namespace {

constexpr std::string_view stat_name = "cgroup.stat";
constexpr std::string_view subtree_control_name = "cgroup.subtree_control";
constexpr WalkFiles walk_files = {.stat = 0, .subtree_control = 1};
constexpr std::size_t tree_files = 2;
constexpr std::string_view memory_in_use_file = "memory.current";
constexpr std::string_view family_prefix = "cgroup_";
constexpr std::string_view desired_prefix = "cgroup_desired_";

// ENODEV: the cgroup went away under an open file. EOPNOTSUPP: pressure switched off, processes of a threaded cgroup.
bool is_absence(int error) {
  return error == ENOENT || error == ENODEV || error == EOPNOTSUPP;
}

std::string our_root_label(const UserCgroups::NameOf& all_users) {
  std::string label;
  if (all_users) append_label(label, "root", all_users(getuid()));
  return label;
}

double unix_seconds(UnixTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

}  // namespace

Collector::Collector(TreeReader& reader, CollectorOptions options)
    : reader_(reader),
      for_cadvisor_(options.for_cadvisor),
      exclude_families_(std::move(options.exclude_families)),
      selection_(std::move(options.tree)),
      tree_(reader, walk_files, selection_, {.place = {}, .label = our_root_label(options.all_users)}),
      catalog_(options.runtimes ? std::make_unique<Catalog>(*std::move(options.runtimes)) : nullptr),
      containers_(reader, walk_files, selection_, {.manager = std::move(options.manager)}),
      users_(options.all_users ? std::make_unique<UserCgroups>(reader, walk_files, selection_, options.all_users)
                               : nullptr),
      our_root_(our_root_label(options.all_users)),
      facts_(std::make_shared<const Facts>()),
      device_labels_(1) {
  mount_point_ = reader.root_path();
  if (const std::string below = reader.hierarchy_path(); mount_point_.ends_with(below))
    mount_point_.resize(mount_point_.size() - below.size());
  know_files();
}

// What is switched off is still read for cAdvisor's page, which has switches of its own: none.
std::size_t Collector::know(const MetricFamily& family, bool cadvisor_only) {
  const std::size_t index = families_.size();
  const bool shown = !cadvisor_only && !matches_any(exclude_families_, family.name);
  families_.push_back(FamilyRows{.family = family, .enabled = shown || for_cadvisor_, .shown = shown, .rows = {}});
  family_index_.emplace(family.name, index);
  return index;
}

// The walk's own two files come first; the rest in the order of the page.
void Collector::know_files() {
  std::vector<ReadableFile> names = {{.name = std::string(stat_name)}, {.name = std::string(subtree_control_name)}};
  files_.resize(names.size());
  for (const StateFile& file : state_files()) {
    File made{.state = &file, .reader = std::make_unique<StateReader>(file), .first_family = families_.size()};
    for (const FileFamily& row : file.families) made.enabled |= families_[know(row.family, row.cadvisor_only)].enabled;
    made.is_memory_in_use = file.file == memory_in_use_file;
    made.enabled |= made.is_memory_in_use;  // which the working set needs
    if (file.file == stat_name) {
      files_[stat_file_] = std::move(made);
      continue;
    }
    files_.push_back(std::move(made));
    names.push_back({.name = std::string(file.file), .has_records = file.format == FileFormat::lines});
  }
  for (const Limit& limit : all_limits()) {
    if (limit.metrics.empty()) continue;
    File made{.limit = &limit, .first_family = families_.size()};
    for (const Metric& metric : limit.metrics)
      made.enabled |= families_[know({metric.name, MetricType::gauge, metric.help})].enabled;
    files_.push_back(std::move(made));
    names.push_back({.name = std::string(limit.file)});
  }
  for (File& file : files_) {
    if (file.limit == nullptr) continue;
    file.first_desired = families_.size();
    for (const Metric& metric : file.limit->metrics) {
      const std::string_view rest = metric.name.substr(family_prefix.size());
      const std::string& name = texts_.emplace_back(std::string(desired_prefix) + std::string(rest));
      const std::string& help = texts_.emplace_back("What cgroupd keeps it at: " + std::string(metric.help));
      know({name, MetricType::gauge, help});
    }
  }
  reader_.set_files(std::move(names));
}

Result<void> Collector::collect(std::shared_ptr<const Facts> facts) {
  for (FamilyRows& family : families_) family.rows.clear();
  cgroups_.clear();
  drifted_.clear();
  members_.clear();
  device_index_.clear();  // a number may be another device's by now
  device_labels_.resize(1);
  failed_reads_ = 0;
  facts_are_new_ = facts != facts_;
  facts_ = std::move(facts);
  if (catalog_) {
    catalog_->refresh();
    catalog_is_new_ = std::exchange(catalog_seen_, catalog_->generation()) != catalog_->generation();
  }
  selection_.begin();
  Result<void> walked = tree_.walk([this](const CgroupPath& path) { return facts_->cgroups.contains(path); },
                                   [this](CgroupNode& cgroup, std::string_view stat) { add(cgroup, stat); });
  if (walked && catalog_) add_containers();
  if (walked && users_) users_->walk([this](CgroupNode& cgroup, std::string_view stat) { add(cgroup, stat); });
  return walked;
}

void Collector::add_containers() {
  containers_.find();
  containers_.walk(catalog_.get(), &tree_, [this](CgroupNode& cgroup, std::string_view stat) { add(cgroup, stat); });
}

const CgroupFacts* Collector::facts_of(const CgroupNode& cgroup) const {
  if (!cgroup.is_ours) return nullptr;
  const auto at = facts_->cgroups.find(cgroup.path);
  return at == facts_->cgroups.end() ? nullptr : at->second.get();
}

// Of a cgroup of our tree; the others come with their names.
void Collector::name_container(CgroupNode& cgroup) const {
  if (catalog_ && cgroup.is_ours && (cgroup.info.empty() || catalog_is_new_)) {
    if (std::shared_ptr<const Container> container = catalog_->at(cgroup.place); container != cgroup.container) {
      cgroup.container = std::move(container);
      cgroup.info.clear();
    }
  }
}

void Collector::add(CgroupNode& cgroup, std::string_view stat) {
  cgroups_.push_back(&cgroup);
  drifted_.push_back(0);
  const CgroupFacts* const facts = facts_of(cgroup);
  name_container(cgroup);
  if (cgroup.info.empty() || facts_are_new_) cgroup.info = info_labels(cgroup);
  memory_current_.reset();
  weight_differs_ = is_idle_ = false;
  add_text(stat_file_, stat, facts);
  for (std::size_t file = tree_files; file < files_.size(); ++file) {
    if (!files_[file].enabled) continue;
    const OrErrno<std::string_view> text = cgroup.reader->read(file);
    if (text) {
      add_text(file, *text, facts);
    } else if (!is_absence(text.error())) {
      ++failed_reads_;
    }
  }
  // A weight rests while its cgroup is idle, which is no drift.
  if (weight_differs_ && !is_idle_) ++drifted_.back();
}

void Collector::add_text(std::size_t file, std::string_view text, const CgroupFacts* facts) {
  if (files_[file].state != nullptr) {
    add_state(files_[file], text);
  } else {
    add_limit(files_[file], text, facts);
  }
}

// Many cgroups say the same as the one before, of events, pressure and what is idle: then it is not taken apart again.
const std::vector<Reading>& Collector::state_of(File& file, std::string_view text) const {
  constexpr std::size_t longest_remembered = 4096;
  StateText& last = file.last_state;
  if (last.is_whole && last.text == text && last.memory_in_use == memory_current_) return last.readings;
  last.is_whole = text.size() <= longest_remembered;
  if (last.is_whole) last.text = text;
  last.memory_in_use = memory_current_;
  last.readings.clear();
  file.reader->read(text, memory_current_, last.readings);
  return last.readings;
}

void Collector::add_state(File& file, std::string_view text) {
  if (for_cadvisor_ && file.state->format == FileFormat::lines) {
    const auto process = single_number(text.substr(0, text.find('\n')));
    if (process) members_.emplace_back(cgroups_.size() - 1, static_cast<pid_t>(*process));
  }
  const FileFamily* const first = file.state->families.data();
  for (const Reading& reading : state_of(file, text)) {
    if (file.is_memory_in_use) memory_current_ = reading.value;
    push(file.first_family + static_cast<std::size_t>(reading.family - first), reading.device, reading.value);
  }
}

const Collector::LimitText& Collector::limit_of(File& file, std::string_view text) {
  if (file.last && file.last->text == text) return *file.last;
  LimitText& last = file.last.emplace(std::string(text), read_limit_text(*file.limit, text));
  if (last.value) read_limit_value(*file.limit, *last.value, last.readings);
  return last;
}

void Collector::add_limit(File& file, std::string_view text, const CgroupFacts* facts) {
  const LimitText& limit = limit_of(file, text);
  if (!limit.value) {
    ++failed_reads_;
    return;
  }
  const auto show = [&](const std::vector<LimitReading>& readings, std::size_t first_family) {
    for (const LimitReading& reading : readings) {
      push(first_family + static_cast<std::size_t>(reading.metric - file.limit->metrics.data()), reading.device,
           reading.value);
    }
  };
  show(limit.readings, file.first_family);
  if (file.limit->role == Role::idle) is_idle_ = *limit.value == Value(Amount(std::uint64_t{1}));
  if (facts == nullptr) return;
  const auto desired = facts->desired.find(file.limit);
  if (desired == facts->desired.end()) return;
  desired_.clear();
  read_limit_value(*file.limit, desired->second, desired_);
  show(desired_, file.first_desired);
  if (as_kernel_rounds(*file.limit, desired->second) == *limit.value) return;
  if (file.limit->role == Role::weight) {
    weight_differs_ = true;
  } else {
    ++drifted_.back();
  }
}

void Collector::push(std::size_t family, std::optional<Device> device, double value) {
  FamilyRows& into = families_[family];
  if (!into.enabled) return;
  into.rows.push_back(Row{.cgroup = static_cast<std::uint32_t>(cgroups_.size() - 1),
                          .device = device ? device_index(*device) : 0,
                          .value = value});
}

std::uint32_t Collector::device_index(const Device& device) {
  const auto [at, added] = device_index_.try_emplace(device, static_cast<std::uint32_t>(device_labels_.size()));
  if (added) append_label(device_labels_.emplace_back(), "device", device_name(device));
  return at->second;
}

std::span<const Collector::Row> Collector::rows(std::string_view family) const {
  const auto at = family_index_.find(family);
  return at == family_index_.end() ? std::span<const Row>() : std::span<const Row>(families_[at->second].rows);
}

std::string Collector::info_labels(const CgroupNode& cgroup) const {
  std::string labels = cgroup.label;
  append_label(labels, "path", mount_point_ + cgroup.place);
  if (const auto uid = cgroup.reader->owner_uid()) append_label(labels, "owner_uid", std::to_string(*uid));
  const auto add_known = [&labels](std::string_view name, const std::string& value) {
    if (!value.empty()) append_label(labels, name, value);
  };
  const CgroupFacts* const facts = facts_of(cgroup);
  const CgroupFacts known = facts == nullptr ? CgroupFacts() : *facts;
  const Container container = cgroup.container ? *cgroup.container : Container();
  const auto either = [](const std::string& first, const std::string& second) {
    return first.empty() ? second : first;
  };
  add_known("container", either(known.container, container.name));
  add_known("pod", either(known.pod, container.pod));
  add_known("image", either(known.image, container.image));
  add_known("runtime", either(known.runtime, container.runtime));
  add_known("unit", known.unit);
  add_known("policy", either(known.policy, container.policy));
  return labels;
}

void Collector::write(Page& page) {
  for (const FamilyRows& family : families_) {
    if (!family.shown || family.rows.empty()) continue;
    page.begin(family.family);
    Page::Samples samples(page);
    for (const Row& row : family.rows) samples.add(cgroups_[row.cgroup]->label, device_labels_[row.device], row.value);
    samples.end();
  }
  write_roots(page);
  write_facts(page);
  write_counts(page);
}

void Collector::write_roots(Page& page) const {
  page.begin({"cgroupd_root_info", MetricType::info, "Whose cgroups this page shows, and where they are"});
  const auto root = [&](std::string labels, const std::string& place, std::uint32_t uid) {
    append_label(labels, "path", mount_point_ + place);
    append_label(labels, "uid", std::to_string(uid));
    page.sample(labels, 1);
  };
  if (!users_) {
    std::string labels;
    append_label(labels, "path", reader_.root_path());
    append_label(labels, "uid", std::to_string(getuid()));
    return page.sample(labels, 1);
  }
  root(our_root_, tree_.place(), getuid());
  for (const UserCgroups::Root& user : users_->roots()) root(user.label, user.place, user.uid);
}

void Collector::write_facts(Page& page) const {
  if (cgroups_.empty()) return;
  page.begin({"cgroupd_cgroup_info", MetricType::info, "What a cgroup is called, and by whom"});
  for (const CgroupNode* const cgroup : cgroups_) page.sample(cgroup->info, 1);

  const auto each = [&](const MetricFamily& family, auto number_of) {
    bool begun = false;
    for (const CgroupNode* const cgroup : cgroups_) {
      const std::optional<double> number = number_of(*cgroup);
      if (!number) continue;
      if (!begun) page.begin(family);
      begun = true;
      page.sample(cgroup->label, *number);
    }
  };
  const auto seconds = [](const std::optional<UnixTime>& time) {
    return time ? std::optional(unix_seconds(*time)) : std::nullopt;
  };
  each({"cgroup_created_timestamp_seconds", MetricType::gauge, "When the cgroup was made, as a Unix time"},
       [](const CgroupNode& cgroup) { return cgroup.reader->created(); });
  if (facts_->cgroups.empty()) return;
  each({"cgroup_lease_end_timestamp_seconds", MetricType::gauge, "When its next lease ends, as a Unix time"},
       [&](const CgroupNode& cgroup) {
         const CgroupFacts* const facts = facts_of(cgroup);
         return facts == nullptr ? std::nullopt : seconds(facts->lease_end);
       });
  each({"cgroup_last_change_timestamp_seconds", MetricType::gauge,
        "When its limits were last changed through cgroupd, as a Unix time"},
       [&](const CgroupNode& cgroup) {
         const CgroupFacts* const facts = facts_of(cgroup);
         return facts == nullptr ? std::nullopt : seconds(facts->last_change);
       });
  page.begin({"cgroup_drifted_limits", MetricType::gauge, "Limits in force that are not what cgroupd keeps them at"});
  for (std::size_t i = 0; i < cgroups_.size(); ++i) {
    if (facts_of(*cgroups_[i]) != nullptr) page.sample(cgroups_[i]->label, drifted_[i]);
  }
}

void Collector::write_counts(Page& page) const {
  page.single({"cgroupd_managed_cgroups", MetricType::gauge, "Cgroups that this page shows"},
              static_cast<double>(cgroups_.size()));
  const SkippedCgroups& skipped = selection_.skipped();
  page.begin({"cgroupd_cgroups_skipped", MetricType::gauge, "Cgroups found that this page leaves out"});
  const auto reason = [&page](std::string_view name, std::size_t count) {
    std::string label;
    append_label(label, "reason", name);
    page.sample(label, static_cast<double>(count));
  };
  reason("depth", skipped.depth);
  reason("excluded", skipped.excluded);
  reason("limit", skipped.limit);
  reason("name", skipped.name);
  reason("unmanaged", skipped.unmanaged);
  reason("unreadable", skipped.unreadable);
  page.single({"cgroupd_scrape_failed_reads", MetricType::gauge,
               "Interface files that are there but could not be read or understood in this scrape"},
              static_cast<double>(failed_reads_));
}

}  // namespace cgroupd
