// The new rules first, then what is declared under them.
#include "reloads.h"

#include <utility>

#include <unistd.h>

#include "configuration.h"
#include "journal.h"

namespace cgroupd {
namespace {

// What is served, and where, is settled before the daemon locks itself in.
bool is_served_alike(const DaemonConfig& one, const DaemonConfig& other) {
  return one.metrics == other.metrics && one.metrics_listen == other.metrics_listen &&
         one.metrics_socket == other.metrics_socket;
}

}  // namespace

Preparation::Options preparation_options(const DaemonConfig& config) {
  return {.defaults = config.defaults,
          .max_cgroups = config.max_cgroups,
          .profiles = config.profiles,
          .on_missing = config.on_missing};
}

void apply_declared(Manager& manager, const DeclaredCgroups& cgroups, const Manager::OutcomeDone& done) {
  const Caller ourselves{.uid = ::getuid(), .pid = ::getpid(), .unit = {}, .command = "cgroupd"};
  manager.apply(cgroups, {.only_news = true}, ourselves, done);
}

void Reloads::reload(const Manager::OutcomeDone& done) {
  const auto config = load_config(line_);
  if (!config) return done(fail(config.error()));
  if (!config->cgroups_faults.empty()) {
    return done(fail(ErrorCode::invalid_argument,
                     "cgroups.d has faults, so nothing was changed:\n" + print_faults(config->cgroups_faults)));
  }
  // What is declared is judged by the new rules. Of several reloads at once the last one decides.
  go_by(config->daemon);
  apply_declared(manager_, config->cgroups,
                 [this, wanted = config->daemon, number = ++reloads_, done](const Result<Outcome>& ok) {
                   Result<Outcome> told = ok;
                   if (told && !is_served_alike(wanted, at_start_))
                     told->steps.emplace_back("[metrics] has changed: it is read when cgroupd starts");
                   if (ok && number > newest_in_use_) {
                     in_use_ = wanted;
                     newest_in_use_ = number;
                   }
                   if (number == reloads_) {
                     if (!ok) go_by(in_use_);
                     reconciler_.set_policy(in_use_.drift);
                   }
                   done(told);
                 });
}

void Reloads::go_by(const DaemonConfig& config) {
  set_log_level(line_.log_level.value_or(config.log_level));
  manager_.go_by(preparation_options(config));
  admission_.set_rules({.ceilings = config.ceilings, .budgets = config.budgets});
}

}  // namespace cgroupd
