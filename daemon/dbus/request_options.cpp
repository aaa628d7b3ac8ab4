// Names and bounds of options.
#include "dbus/request_options.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace cgroupd {
namespace {

Result<std::chrono::microseconds> positive_duration(const char* option, std::uint64_t micros) {
  constexpr std::uint64_t most = std::uint64_t{366} * 24 * 3600 * 1'000'000;
  if (micros > 0 && micros <= most) return std::chrono::microseconds(micros);
  return fail(ErrorCode::out_of_range, std::string(option) + " " + std::to_string(micros) + " is no duration",
              "from 1 µs to 366 days");
}

// within_usec and force, which every change that writes limits takes.
Result<ExecuteOptions> execute_options(const wire::Options& options) {
  const auto force = wire::option_flag(options, "force");
  if (!force) return fail(force.error());
  const auto within = wire::option_number(options, "within_usec");
  if (!within) return fail(within.error());
  ExecuteOptions execute{.force = *force};
  if (const auto& micros = *within) {
    const auto time = positive_duration("within_usec", *micros);
    if (!time) return fail(time.error());
    execute.within = std::chrono::duration_cast<std::chrono::milliseconds>(*time);
  }
  return execute;
}

Result<std::optional<DriftPolicy>> drift_option(const wire::Options& options) {
  const auto text = wire::option_text(options, "drift");
  if (!text) return fail(text.error());
  const auto& word = *text;
  if (!word) return std::nullopt;
  return parse_drift_policy(*word).map([](DriftPolicy policy) { return std::optional(policy); });
}

Result<std::optional<OnMissing>> on_missing_option(const wire::Options& options) {
  const auto text = wire::option_text(options, "on_missing");
  if (!text) return fail(text.error());
  const auto& word = *text;
  if (!word) return std::nullopt;
  return parse_on_missing(*word).map([](OnMissing what) { return std::optional(what); });
}

}  // namespace

Result<SetOptions> set_options(const wire::Options& options) {
  if (auto ok = wire::require_known(options,
                                    {"drift", "force", "lease_usec", "on_missing", "plan", "runtime", "within_usec"});
      !ok)
    return fail(ok.error());
  SetOptions set;
  const auto on_missing = on_missing_option(options);
  if (!on_missing) return fail(on_missing.error());
  set.on_missing = *on_missing;
  const auto execute = execute_options(options);
  if (!execute) return fail(execute.error());
  set.execute = *execute;
  const auto runtime = wire::option_flag(options, "runtime");
  if (!runtime) return fail(runtime.error());
  set.runtime = *runtime;
  const auto drift = drift_option(options);
  if (!drift) return fail(drift.error());
  set.drift = *drift;
  const auto lease = wire::option_number(options, "lease_usec");
  if (!lease) return fail(lease.error());
  const auto& micros = *lease;
  if (!micros) return set;
  if (set.runtime) {
    return fail(ErrorCode::invalid_argument, "a lease is kept until its end, so it cannot be runtime",
                "leave one of them out");
  }
  const auto time = positive_duration("lease_usec", *micros);
  if (!time) return fail(time.error());
  set.lease = *time;
  return set;
}

Result<CreateOptions> create_options(const wire::Options& options) {
  if (auto ok = wire::require_known(options, {"drift", "if_absent", "on_missing", "runtime"}); !ok)
    return fail(ok.error());
  const auto on_missing = on_missing_option(options);
  if (!on_missing) return fail(on_missing.error());
  const auto if_absent = wire::option_flag(options, "if_absent");
  if (!if_absent) return fail(if_absent.error());
  const auto runtime = wire::option_flag(options, "runtime");
  if (!runtime) return fail(runtime.error());
  const auto drift = drift_option(options);
  if (!drift) return fail(drift.error());
  return CreateOptions{.if_absent = *if_absent, .runtime = *runtime, .drift = *drift, .on_missing = *on_missing};
}

Result<ApplyOptions> apply_options(const wire::Options& options, std::initializer_list<std::string_view> known) {
  if (auto ok = wire::require_known(options, known); !ok) return fail(ok.error());
  const auto execute = execute_options(options);
  if (!execute) return fail(execute.error());
  const auto plan = wire::option_flag(options, "plan");
  if (!plan) return fail(plan.error());
  const auto prune = wire::option_flag(options, "prune");
  if (!prune) return fail(prune.error());
  const auto on_missing = on_missing_option(options);
  if (!on_missing) return fail(on_missing.error());
  return ApplyOptions{.execute = *execute, .plan = *plan, .prune = *prune, .on_missing = *on_missing};
}

Result<DeclaredCgroup> decode_declared(const WireCgroup& cgroup) {
  const auto options = wire::options_of(cgroup.get<2>());
  if (auto ok = wire::require_known(options, {"drift", "on_missing", "profile"}); !ok) return fail(ok.error());
  const auto name = CgroupPath::parse(cgroup.get<0>());
  if (!name) return fail(name.error());
  auto limits = wire::decode_changes(cgroup.get<1>());
  if (!limits) return fail(limits.error());
  auto profile = wire::option_text(options, "profile");
  if (!profile) return fail(profile.error());
  const auto drift = drift_option(options);
  if (!drift) return fail(drift.error());
  const auto on_missing = on_missing_option(options);
  if (!on_missing) return fail(on_missing.error());
  return DeclaredCgroup{.name = *name,
                        .limits = *std::move(limits),
                        .profile = *std::move(profile),
                        .drift = *drift,
                        .on_missing = *on_missing};
}

Result<DeclaredCgroups> in_order(DeclaredCgroups all) {
  std::ranges::stable_sort(all, {}, [](const DeclaredCgroup& one) { return one.name.depth(); });
  std::vector<CgroupPath> names;
  for (const auto& declared : all) names.push_back(declared.name);
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end())
    return fail(ErrorCode::invalid_argument, "cgroup " + twice->str() + " is named twice");
  return all;
}

}  // namespace cgroupd
