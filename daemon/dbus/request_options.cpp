// Names and bounds of options.
#include "dbus/request_options.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace cgroupd {
namespace {

Result<std::chrono::microseconds> positive_duration(const char* option, std::uint64_t micros) {
  constexpr std::uint64_t most = std::uint64_t{366} * 24 * 3600 * 1'000'000;
  if (micros > 0 && micros <= most) return std::chrono::microseconds(micros);
  return fail(ErrorCode::out_of_range, std::string(option) + " " + std::to_string(micros) + " is no duration",
              "from 1 µs to 366 days");
}

// What one option means: read from where it stands, kept where it belongs.
template <typename T>
struct Option {
  std::string_view name;
  Result<void> (*take)(const wire::Options& options, T& into);
};

template <typename T>
Result<void> keep(Result<T> given, auto& into) {
  if (!given) return fail(std::move(given.error()));
  into = *std::move(given);
  return {};
}

// Only what is given is looked for: mostly that is one or none.
template <typename T>
Result<T> read(const wire::Options& options, std::span<const Option<T>> rows) {
  Result<T> all;
  for (const auto& [name, value] : options) {
    const auto row = std::ranges::find(rows, name, &Option<T>::name);
    if (row == rows.end()) {
      std::vector<std::string_view> known;
      std::ranges::transform(rows, std::back_inserter(known), &Option<T>::name);
      return wire::unknown_option(name, known);
    }
    if (auto ok = row->take(options, *all); !ok) return fail(ok.error());
  }
  return all;
}

// The word that names one of several.
template <typename T>
Result<std::optional<T>> word_option(const wire::Options& options, std::string_view name,
                                     Result<T> (*parse)(std::string_view)) {
  const auto text = wire::option_text(options, name);
  if (!text) return fail(text.error());
  const auto& word = *text;
  if (!word) return std::nullopt;
  return parse(*word).map([](T value) { return std::optional(value); });
}

template <typename T>
constexpr Option<T> drift{"drift", [](const wire::Options& options, T& into) {
                            return keep(word_option(options, "drift", &parse_drift_policy), into.drift);
                          }};
template <typename T>
constexpr Option<T> on_missing{"on_missing", [](const wire::Options& options, T& into) {
                                 return keep(word_option(options, "on_missing", &parse_on_missing), into.on_missing);
                               }};
template <typename T>
constexpr Option<T> runtime{"runtime", [](const wire::Options& options, T& into) {
                              return keep(wire::option_flag(options, "runtime"), into.runtime);
                            }};
template <typename T>
constexpr Option<T> plan{
    "plan", [](const wire::Options& options, T& into) { return keep(wire::option_flag(options, "plan"), into.plan); }};
template <typename T>
constexpr Option<T> force{"force", [](const wire::Options& options, T& into) {
                            return keep(wire::option_flag(options, "force"), into.execute.force);
                          }};

Result<std::chrono::microseconds> duration_option(const wire::Options& options, const char* name) {
  return wire::option_number(options, name).and_then([&](const std::optional<std::uint64_t>& micros) {
    return positive_duration(name, micros.value_or(0));
  });
}

template <typename T>
constexpr Option<T> within{"within_usec", [](const wire::Options& options, T& into) {
                             return duration_option(options, "within_usec").map([&](std::chrono::microseconds time) {
                               into.execute.within = std::chrono::duration_cast<std::chrono::milliseconds>(time);
                             });
                           }};

}  // namespace

Result<SetOptions> set_options(const wire::Options& options) {
  static constexpr std::array rows = {drift<SetOptions>,
                                      force<SetOptions>,
                                      Option<SetOptions>{"lease_usec",
                                                         [](const wire::Options& given, SetOptions& into) {
                                                           return keep(duration_option(given, "lease_usec"),
                                                                       into.lease);
                                                         }},
                                      on_missing<SetOptions>,
                                      plan<SetOptions>,
                                      runtime<SetOptions>,
                                      within<SetOptions>};
  auto set = read<SetOptions>(options, rows);
  if (set && set->lease && set->runtime) {
    return fail(ErrorCode::invalid_argument, "a lease is kept until its end, so it cannot be runtime",
                "leave one of them out");
  }
  return set;
}

Result<CreateOptions> create_options(const wire::Options& options) {
  static constexpr std::array rows = {drift<CreateOptions>,
                                      Option<CreateOptions>{"if_absent",
                                                            [](const wire::Options& given, CreateOptions& into) {
                                                              return keep(wire::option_flag(given, "if_absent"),
                                                                          into.if_absent);
                                                            }},
                                      on_missing<CreateOptions>, runtime<CreateOptions>};
  return read<CreateOptions>(options, rows);
}

Result<ApplyOptions> apply_options(const wire::Options& options) {
  static constexpr std::array rows = {force<ApplyOptions>, on_missing<ApplyOptions>, plan<ApplyOptions>,
                                      Option<ApplyOptions>{"prune",
                                                           [](const wire::Options& given, ApplyOptions& into) {
                                                             return keep(wire::option_flag(given, "prune"), into.prune);
                                                           }},
                                      within<ApplyOptions>};
  return read<ApplyOptions>(options, rows);
}

Result<ApplyOptions> undo_options(const wire::Options& options) {
  static constexpr std::array rows = {force<ApplyOptions>, plan<ApplyOptions>, within<ApplyOptions>};
  return read<ApplyOptions>(options, rows);
}

Result<DeclaredCgroup> decode_declared(const WireCgroup& cgroup) {
  static constexpr std::array rows = {
      drift<DeclaredCgroup>, on_missing<DeclaredCgroup>,
      Option<DeclaredCgroup>{"profile", [](const wire::Options& given, DeclaredCgroup& into) {
                               return keep(wire::option_text(given, "profile"), into.profile);
                             }}};
  auto declared = read<DeclaredCgroup>(wire::options_of(cgroup.get<2>()), rows);
  if (!declared) return declared;
  if (auto ok = keep(CgroupPath::parse(cgroup.get<0>()), declared->name); !ok) return fail(ok.error());
  if (auto ok = keep(wire::decode_changes(cgroup.get<1>()), declared->limits); !ok) return fail(ok.error());
  return declared;
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
