// The composition root: everything is made here, once, and handed to whoever needs it.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "cgroupfs/hierarchy.h"
#include "cgroupfs/host.h"
#include "cgroupfs/kept_files.h"
#include "cgroupfs/real_kernel.h"
#include "cgroupfs/real_tree_reader.h"
#include "cgroupfs/watcher.h"
#include "command_line.h"
#include "config/daemon_config.h"
#include "configuration.h"
#include "core/accounts.h"
#include "core/admission.h"
#include "core/container_marks.h"
#include "core/diagnosis.h"
#include "core/last_makers.h"
#include "core/leases.h"
#include "core/manager.h"
#include "core/ownership.h"
#include "core/reconciler.h"
#include "core/stall_watch.h"
#include "core/transactions.h"
#include "core/worker.h"
#include "dbus/authorizer.h"
#include "dbus/bus.h"
#include "dbus/event_loop.h"
#include "dbus/manager_adaptor.h"
#include "dbus/polkit_client.h"
#include "dbus/signal_queue.h"
#include "event_log.h"
#include "journal.h"
#include "metrics/core_facts.h"
#include "metrics/exporter.h"
#include "metrics/self_metrics.h"
#include "reloads.h"
#include "runtimes/catalog.h"
#include "sandbox/landlock.h"
#include "service_manager/service_manager.h"
#include "start_up_pages.h"
#include "store/intents.h"
#include "store/store.h"

namespace cgroupd {
namespace {

constexpr std::size_t kept_files = 256;  // about 1.2 MB of kernel memory at most
constexpr const char* tree_unit = "cgroupd-tree.service";

// Of the first two as many changes at a time: those that wait for the kernel for a moment, and those that are given
// long to squeeze, which must not hold up the others. Moves of processes wait for each other anyway.
constexpr int worker_threads = 4;
constexpr int patient_threads = 4;
constexpr int moving_threads = 1;
constexpr int interrupt_signal = SIGUSR1;
// Time for a burst of writes to be seen as one. What we write comes back as an event, too, so that a repair costs two
// looks: some have to be had for nothing, and one write after the other is still put back within 50 ms each.
constexpr EventLoop::Pause watch_pause{
    .least = std::chrono::milliseconds(5), .most = std::chrono::milliseconds(40), .at_once = 16};

constexpr std::array<std::string_view, 17> bus_methods = {
    "Create",     "SetLimits",     "Unset", "Apply", "Undo",     "History", "Reload", "Remove", "Attach",
    "AttachPids", "OpenDirectory", "Get",   "List",  "Snapshot", "Freeze",  "Thaw",   "Kill"};

// What we manage, and the unit that holds it if one does.
struct Root {
  std::string path;
  std::optional<std::string> unit;
};

Result<Root> find_root(const CommandLine& line, ServiceManager& service_manager) {
  if (line.root) return check_delegated(*line.root).map([&] { return Root{.path = *line.root, .unit = {}}; });
  const auto held = service_manager.control_group(tree_unit).and_then(
      [](const std::string& group) { return absolute_cgroup_path(group); });
  if (held) return check_delegated(*held).map([&] { return Root{.path = *held, .unit = tree_unit}; });
  const auto own = cgroup_of_process();
  if (own && check_delegated(*own)) return Root{.path = *own, .unit = {}};
  return fail(ErrorCode::not_delegated,
              "there is no delegated cgroup to manage: " + held.error().message +
                  (own ? ", and our own cgroup " + *own + " is not writable for us" : "; " + own.error().message),
              std::string("start the tree with: systemctl ") + (line.system ? "" : "--user ") +
                  "start cgroupd-tree, or without systemd have root make a cgroup, chown it to us, and say --root DIR");
}

Result<std::string> state_directory(const CommandLine& line) {
  if (line.state) return *line.state;
  if (const auto given = environment("STATE_DIRECTORY")) return given->substr(0, given->find(':'));
  if (const auto state = environment("XDG_STATE_HOME"); state && state->starts_with('/')) return *state + "/cgroupd";
  if (const auto home = environment("HOME"); home && home->starts_with('/')) return *home + "/.local/state/cgroupd";
  return fail(ErrorCode::invalid_argument, "there is no place for the state: neither STATE_DIRECTORY nor HOME is set",
              "say --state DIR");
}

// What names the tree that limits were last applied to: cgroups die with the boot, and with the unit that holds them.
Result<std::string> tree_identity(Kernel& kernel, const std::string& boot) {
  const auto directory = kernel.open_directory(CgroupPath());
  if (!directory) return fail(directory.error());
  struct stat status {};
  if (::fstat(directory->get(), &status) < 0) return fail(ErrorCode::failed, "cannot look at " + kernel.root_path());
  return boot + " " + std::to_string(status.st_ino);
}

// Each kernel tells what limits cost to write; other files (cgroup.procs, cgroup.kill) are no limits.
Result<std::unique_ptr<Kernel>> open_kernel(const std::string& root, std::size_t files, Instruments& instruments) {
  auto kernel = RealKernel::open(root, files);
  if (!kernel) return fail(kernel.error());
  (*kernel)->on_write([&instruments](std::string_view file, std::chrono::nanoseconds took, int errno_value) {
    if (const Limit* const limit = find_limit(file)) instruments.limit_written(limit->controller, took, errno_value);
  });
  return *std::move(kernel);
}

Result<std::vector<std::unique_ptr<Kernel>>> open_kernels(const std::string& root, int count,
                                                          Instruments& instruments) {
  std::vector<std::unique_ptr<Kernel>> kernels;
  for (int i = 0; i < count; ++i) {
    auto kernel = open_kernel(root, 0, instruments);
    if (!kernel) return fail(kernel.error());
    kernels.push_back(*std::move(kernel));
  }
  return kernels;
}

Result<void> refuse_root() {
  if (!is_root_of_the_machine()) return {};
  return fail(ErrorCode::not_authorized,
              "cgroupd never runs as root: it needs no privilege beyond one delegated cgroup",
              "start it as an ordinary user: systemctl --user enable --now cgroupd");
}

// What cgroupd-metrics.socket listens on for us.
std::vector<FileDescriptor> handed_over_listeners() {
  std::vector<FileDescriptor> listeners;
  const int count = sd_listen_fds(1);
  for (int i = 0; i < count; ++i) listeners.emplace_back(SD_LISTEN_FDS_START + i);
  return listeners;
}

// Where runtimes of ours leave names, if they are wanted; the system's daemon has no containers of its own.
std::optional<RuntimePlaces> runtime_places(const CommandLine& line, const DaemonConfig& config) {
  if (line.system || !config.metrics.containers) return std::nullopt;
  RuntimePlaces places;
  if (const auto run = environment("XDG_RUNTIME_DIR"); run && run->starts_with('/')) places.runtime_directory = *run;
  if (const auto data = environment("XDG_DATA_HOME"); data && data->starts_with('/')) {
    places.data_directory = *data;
  } else if (const auto home = environment("HOME"); home && home->starts_with('/')) {
    places.data_directory = *home + "/.local/share";
  }
  return places;
}

// What is not there when we lock ourselves in stays closed. Podman's storage comes with its first container, so where
// podman is installed its directory is made before it, as podman would make it.
void make_storage(const RuntimePlaces& places) {
  if (::access("/etc/containers", F_OK) != 0 || places.data_directory.empty()) return;
  for (const std::string& directory : {places.data_directory, storage_directories(places).front()}) {
    for (std::size_t at = directory.find('/', 1); at != std::string::npos; at = directory.find('/', at + 1))
      ::mkdir(directory.substr(0, at).c_str(), S_IRWXU);
    ::mkdir(directory.c_str(), S_IRWXU);
  }
}

// Before any thread is started, as the kernel locks in one thread and its children. Directories of our own are made
// first: afterwards nothing can be made beside them.
bool lock_ourselves_in(const CommandLine& line, const DaemonConfig& config, const std::string& root,
                       const std::string& state, const std::optional<RuntimePlaces>& runtimes) {
  SandboxPaths paths{.readable = {"/sys", "/proc", "/dev", "/etc", "/usr", "/lib", "/lib64", "/run"},
                     .cgroups = {root},
                     .writable = {state}};
  const auto beside = [](const std::string& file) { return file.substr(0, file.rfind('/')); };
  // The hierarchy's top: read to say which level above us binds, or keeps a controller from us.
  std::string top = root;
  for (unsigned above = levels_above_root(root).value_or(0); above > 0; --above) top = beside(top);
  paths.readable.push_back(top);
  if (const auto file = config_file(line); file && file->find('/') != std::string::npos) {
    const std::string directory = beside(*file);
    // Made when it is missing: one that came later could not be read by a reload.
    if (!line.config && !line.system) {
      ::mkdir(beside(directory).c_str(), S_IRWXU);
      ::mkdir(directory.c_str(), S_IRWXU);
    }
    paths.readable.push_back(directory);
  }
  if (const auto& web = config.metrics.web_config) paths.readable.push_back(beside(*web));
  if (runtimes) {
    make_storage(*runtimes);
    for (const auto& directory : storage_directories(*runtimes)) paths.readable.push_back(directory);
    paths.readable.push_back(runtimes->runtime_directory);
  }
  if (config.metrics_socket) paths.writable.push_back(beside(*config.metrics_socket));
  for (const auto& directory : paths.writable) ::mkdir(directory.c_str(), S_IRWXU);
  if (const auto locked = lock_in(paths); !locked) {
    spdlog::info("not locked in by Landlock ({}); the rest of the sandbox is the unit's", locked.error().text());
    return false;
  }
  return true;
}

ExporterOptions exporter_options(const DaemonConfig& config, const std::optional<RuntimePlaces>& runtimes,
                                 const std::string& hierarchy_path, bool all_users) {
  return {.listen = config.metrics_listen,
          .socket = config.metrics_socket,
          .handed_over = handed_over_listeners(),
          .web_config = config.metrics.web_config,
          .cadvisor = config.metrics.cadvisor,
          .collector = {.tree = {.max_cgroups = config.metrics.max_cgroups,
                                 .max_depth = config.metrics.max_depth,
                                 .include = config.metrics.include,
                                 .exclude = config.metrics.exclude},
                        .exclude_families = config.metrics.exclude_families,
                        .runtimes = runtimes,
                        .all_users = all_users ? UserCgroups::NameOf(user_name) : nullptr,
                        .manager = user_manager_above(hierarchy_path, ::getuid())},
          .version = CGROUPD_VERSION};
}

Result<void> reconcile_at_start(Kernel& kernel, Store& store, Reconciler& reconciler, const std::string& boot) {
  const auto begin = std::chrono::steady_clock::now();
  const auto tree = tree_identity(kernel, boot);
  if (!tree) return fail(tree.error());
  const auto last = store.last_tree();
  if (!last) return fail(last.error());
  reconciler.start(*last != *tree);
  if (auto ok = store.set_last_tree(*tree); !ok) return ok;
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  spdlog::info("reconciled in {:.1f} ms", took.count());
  return {};
}

// What the authorizer has to know of callers and cgroups.
Authorizer::World who_is_who(Callers& callers, Kernel& kernel, Admission& admission) {
  return {.uid_of = [&callers](const std::string& sender) -> Result<std::uint32_t> {
            const auto uid = callers.of(sender).uid;
            return uid ? Result<std::uint32_t>(*uid)
                       : fail(ErrorCode::not_authorized, "the bus does not say who is calling");
          },
          .exists = [&kernel](const CgroupPath& cgroup) { return exists(kernel, cgroup); },
          .owner_of = [&kernel](const CgroupPath& cgroup) { return owner_of(kernel, cgroup); },
          .has_budget = [&admission](std::uint32_t uid) { return admission.has_budget(uid); },
          .standing_of = [&kernel](std::uint32_t uid,
                                   const std::vector<pid_t>& pids) { return standing_of(kernel, uid, pids); },
          .name_of = user_name};
}

Result<int> serve(const CommandLine& line) {
  if (auto ok = refuse_root(); !ok) return fail(ok.error());
  auto config = load_config(line);
  if (!config) return fail(config.error());
  set_log_level(line.log_level.value_or(config->daemon.log_level));

  auto bus = line.system && !line.bus ? Bus::open_system() : Bus::open(line.bus);
  if (!bus) return fail(bus.error());
  ServiceManager service_manager(bus->connection());
  const auto root = find_root(line, service_manager);
  if (!root) return fail(root.error());
  if (auto ok = bus->check_name(); !ok) return fail(ok.error());

  auto self_metrics = SelfMetrics::make(CGROUPD_VERSION, bus_methods);
  if (!self_metrics) return fail(self_metrics.error());
  auto kernel = open_kernel(root->path, kept_files, **self_metrics);
  auto workers_kernels = open_kernels(root->path, worker_threads, **self_metrics);
  auto patient_kernels = open_kernels(root->path, patient_threads, **self_metrics);
  auto movers_kernels = open_kernels(root->path, moving_threads, **self_metrics);
  auto disk_kernels = open_kernels(root->path, 1, **self_metrics);
  const RoomForFiles room = room_for_files(raise_file_limit());
  auto scrapes_tree = RealTreeReader::open(root->path, files_to_keep(config->daemon.metrics.kept_files, room));
  if (!kernel) return fail(kernel.error());
  if (!workers_kernels) return fail(workers_kernels.error());
  if (!patient_kernels) return fail(patient_kernels.error());
  if (!movers_kernels) return fail(movers_kernels.error());
  if (!disk_kernels) return fail(disk_kernels.error());
  if (!scrapes_tree) return fail(scrapes_tree.error());

  const auto state = state_directory(line);
  if (!state) return fail(state.error());
  const auto boot = boot_id();
  if (!boot) return fail(boot.error());
  auto store = Store::open(*state, *boot);
  if (!store) return fail(store.error());
  auto intents = Intents::open(*state, *boot);
  if (!intents) return fail(intents.error());
  auto watcher = Watcher::open(root->path);
  if (!watcher) return fail(watcher.error());

  const std::optional<RuntimePlaces> runtimes = runtime_places(line, config->daemon);
  const bool locked_in = lock_ourselves_in(line, config->daemon, root->path, *state, runtimes);
  EventLoop loop;
  Worker worker(*std::move(workers_kernels), interrupt_signal);
  loop.on_readable(worker.completion_fd(), [&worker] { worker.finish(); });
  Worker patient(*std::move(patient_kernels), interrupt_signal);
  loop.on_readable(patient.completion_fd(), [&patient] { patient.finish(); });
  Worker movers(*std::move(movers_kernels), interrupt_signal);
  loop.on_readable(movers.completion_fd(), [&movers] { movers.finish(); });
  Worker disk(*std::move(disk_kernels), interrupt_signal);
  loop.on_readable(disk.completion_fd(), [&disk] { disk.finish(); });
  SignalQueue signals(loop);
  EventLog log(signals);
  CoreFacts facts(log, **self_metrics);
  StallWatch events(**kernel, loop, loop, facts);
  LastMakers makers(**store);
  Admission admission(
      **kernel, {.ceilings = config->daemon.ceilings, .budgets = config->daemon.budgets},
      {.name_of = user_name,
       .groups_of = groups_of,
       .maker_of = [&makers, has_owners = line.system](
                       const CgroupPath& cgroup) { return has_owners ? makers.of(cgroup) : std::nullopt; }},
      ::getuid());
  Transactions transactions(**kernel, {.work = worker, .patient = patient, .disk = disk}, **store, *intents, loop,
                            events);
  transactions.guard_with(admission);
  admission.count_what_comes_back(
      [&transactions](const CgroupPath& cgroup) -> const DesiredCgroup& { return transactions.desired_of(cgroup); });
  Reconciler reconciler(**kernel, **watcher, transactions, loop, events, config->daemon.drift, ::getuid());
  reconciler.on_blind_spot([](const std::string& why) {
    if (why.empty()) {
      spdlog::info("all of the tree is watched again");
    } else {
      spdlog::error("some of the tree is not watched, so what others change there is seen within 10 s only: {}", why);
    }
  });
  Leases leases(**kernel, transactions, loop, events,
                [&reconciler](const CgroupPath& cgroup) { reconciler.check(cgroup); });
  transactions.on_leases_changed([&leases] { leases.rearm(); });
  Manager manager(**kernel, movers, transactions, reconciler, loop, root->unit ? &service_manager : nullptr,
                  {.prepare = preparation_options(config->daemon), .tree_unit = root->unit});
  if (auto ok = manager.prepare_root(::getpid()); !ok) return fail(ok.error());
  if (auto ok = transactions.recover(); !ok) return fail(ok.error());
  if (auto ok = reconcile_at_start(**kernel, **store, reconciler, *boot); !ok) return fail(ok.error());
  makers.forget();
  (*self_metrics)->reconciled();
  for (const auto& [cgroup, desired] : transactions.desired()) facts.desired_known(cgroup, desired, loop.now());
  leases.rearm();
  events.start(transactions);
  loop.on_readable((*watcher)->fd(), watch_pause, [&] { reconciler.changed((*watcher)->take()); });

  std::optional<ContainerMarks> marks;
  const std::string hierarchy_path = (*scrapes_tree)->hierarchy_path();
  if (runtimes) {
    marks.emplace(*runtimes, root->path.substr(0, root->path.size() - hierarchy_path.size()), hierarchy_path);
    for (const auto& [cgroup, desired] : transactions.desired()) marks->desired_changed(cgroup, desired);
    if (marks->fd() >= 0) loop.on_readable(marks->fd(), watch_pause, [&marks] { marks->changed(); });
    marks->changed();
  }
  transactions.on_desired_changed([&](const CgroupPath& cgroup, const DesiredCgroup& desired) {
    facts.desired_changed(cgroup, desired, loop.now());
    if (marks) marks->desired_changed(cgroup, desired);
  });
  if (config->daemon.metrics.all_users && !line.system)
    spdlog::warn("all-users = yes in [metrics] is for the system's daemon; this page shows the cgroups of one user");

  ExporterOptions metrics_options =
      exporter_options(config->daemon, runtimes, hierarchy_path, line.system && config->daemon.metrics.all_users);
  auto exporter = Exporter::start(std::move(metrics_options), *std::move(scrapes_tree), **self_metrics, facts);
  if (!exporter) return fail(exporter.error());
  for (const auto& complaint : (*exporter)->complaints()) spdlog::warn("{}", complaint);
  for (const auto& address : (*exporter)->addresses()) spdlog::info("metrics at {}", address);

  Reloads reloads(line, config->daemon, manager, reconciler, admission);
  Callers callers(bus->connection());
  PolkitClient polkit(bus->connection());
  const Authorizer::World world = who_is_who(callers, **kernel, admission);
  Authorizer authorizer = line.system ? Authorizer(world, polkit) : Authorizer(world, ::getuid());
  ManagerAdaptor adaptor(
      bus->connection(), manager, **self_metrics, authorizer, callers, CGROUPD_VERSION,
      [&](const Manager::OutcomeDone& done) {
        reloads.reload([&self = **self_metrics, done](const Result<Outcome>& ok) {
          self.config_reloaded(ok.has_value());
          done(ok);
        });
      },
      locked_in ? std::vector<std::string>{"landlock"} : std::vector<std::string>{});
  signals.connect(adaptor);
  loop.in_turn([&adaptor] { return adaptor.take_turn(); });
  loop.serve(bus->connection());
  loop.feed_watchdog();
  loop.on_termination([&loop] { loop.stop(EXIT_SUCCESS); });
  // At last: who is heard of as started must be able to answer.
  if (auto ok = bus->own_name(); !ok) return fail(ok.error());

  if (!config->cgroups_faults.empty())
    spdlog::error("cgroups.d has faults, so none of it is applied:\n{}", print_faults(config->cgroups_faults));
  apply_declared(manager, config->cgroups, [](const Result<Outcome>& done) {
    if (!done) return spdlog::error("cgroups.d is not applied: {}", done.error().text());
    for (const auto& skipped : done->skipped)
      spdlog::warn("{} {} is skipped: {}", skipped.cgroup.str(), skipped.limit->file, skipped.why);
  });

  spdlog::info("cgroupd {} manages {}", CGROUPD_VERSION, root->path);
  sd_notify(0, ("READY=1\nSTATUS=managing " + root->path).c_str());
  hand_back_start_up_pages();
  const int status = loop.run();
  sd_notify(0, "STOPPING=1");
  if (status != EXIT_SUCCESS) spdlog::error("the bus is gone; stopping");
  return status;
}

// Every thread inherits this, so that sd-event alone sees them.
void block_termination_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error, not a death
  struct sigaction interrupt {};  // no SA_RESTART: it is there to end a system call
  interrupt.sa_handler = [](int) {};
  sigaction(interrupt_signal, &interrupt, nullptr);
}

// Where the kernel gives huge pages to whoever has a heap, ours takes 2 MB more, for no use.
void use_small_pages() {
  ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

int run(std::span<char* const> arguments) {
  constexpr int usage_status = 2;
  const auto line = parse_command_line(arguments);
  if (!line) {
    std::fprintf(stderr, "cgroupd: %s\n", line.error().text().c_str());
    return usage_status;
  }
  if (line->action == CommandLine::Action::print_help)
    return std::fputs(help_text().c_str(), stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
  if (line->action == CommandLine::Action::print_version)
    return std::puts("cgroupd " CGROUPD_VERSION) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
  use_small_pages();
  block_termination_signals();
  start_logging();
  const auto status = serve(*line);
  if (status) return *status;
  spdlog::error("{}", status.error().text());
  sd_notify(0, ("STATUS=" + status.error().message).c_str());
  return EXIT_FAILURE;
}

}  // namespace
}  // namespace cgroupd

int main(int argc, char** argv) {
  try {
    return cgroupd::run({argv, static_cast<std::size_t>(argc)});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cgroupd: a bug: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
