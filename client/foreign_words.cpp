// One row a word.
#include "client/foreign_words.h"

#include <algorithm>
#include <array>
#include <vector>

#include "client/verb.h"
#include "model/suggest.h"

namespace cgroupd::client {
namespace {

struct ForeignWord {
  std::string_view name;
  std::string_view advice;
};
constexpr std::array foreign_flags = {
    ForeignWord{"memory-swap",
                "docker means memory and swap together; --memory-swap-max is swap alone: subtract --memory"},
    ForeignWord{"memory-swappiness", "cgroup v2 has no swappiness for a cgroup; limit swap with --memory-swap-max"},
    ForeignWord{"kernel-memory", "cgroup v2 counts kernel memory in --memory"},
    ForeignWord{"oom-kill-disable", "cgroup v2 cannot switch it off; --memory-high slows down instead of killing"},
    ForeignWord{"blkio-weight", "write --io-weight, 1 to 10000 (docker's 500 is its default, here it is 100)"},
    ForeignWord{"cpu-percent", "write --cpus, as in --cpus 0.5 for 50% of one CPU"},
    ForeignWord{"detach", "the command runs where cgctl does: put & behind it"},
    ForeignWord{"name", "the name stands alone, as in cgctl run web -- COMMAND"},
    ForeignWord{"rm", "the cgroup stays with its limits; afterwards: cgctl remove NAME"},
    ForeignWord{"cpu-rt-runtime", "cgroup v2 has no realtime limits"},
    ForeignWord{"cpu-rt-period", "cgroup v2 has no realtime limits"},
};

constexpr std::array foreign_verbs = {
    ForeignWord{"attach", "cgctl move NAME PID"},
    ForeignWord{"delete", "cgctl remove NAME"},
    ForeignWord{"events", "cgctl watch"},
    ForeignWord{"exec", "cgctl run NAME -- COMMAND"},
    ForeignWord{"info", "cgctl doctor"},
    ForeignWord{"inspect", "cgctl show NAME --json"},
    ForeignWord{"limit", "cgctl set NAME LIMITS"},
    ForeignWord{"ls", "cgctl list"},
    ForeignWord{"mkdir", "cgctl create NAME"},
    ForeignWord{"monitor", "cgctl watch"},
    ForeignWord{"pause", "cgctl freeze NAME"},
    ForeignWord{"ps", "cgctl list"},
    ForeignWord{"rm", "cgctl remove NAME"},
    ForeignWord{"rmdir", "cgctl remove NAME"},
    ForeignWord{"set-property", "cgctl set NAME LIMITS"},
    ForeignWord{"start", "cgctl run NAME -- COMMAND"},
    ForeignWord{"stats", "cgctl tree"},
    ForeignWord{"status", "cgctl show NAME"},
    ForeignWord{"stop", "cgctl kill NAME"},
    ForeignWord{"unpause", "cgctl thaw NAME"},
    ForeignWord{"update", "cgctl set NAME LIMITS"},
    ForeignWord{"version", "cgctl --version"},
};

template <std::size_t count>
std::string_view advice_on(const std::array<ForeignWord, count>& words, std::string_view name) {
  const auto* const at = std::ranges::find(words, name, &ForeignWord::name);
  return at == words.end() ? std::string_view() : at->advice;
}

}  // namespace

std::string_view advice_on_foreign_flag(std::string_view name) {
  return advice_on(foreign_flags, name);
}

Error unknown_verb(std::string_view said) {
  Error error{.code = ErrorCode::invalid_argument, .message = "unknown verb '" + std::string(said) + "'"};
  if (const auto advice = advice_on(foreign_verbs, said); !advice.empty()) {
    error.hint = "that is: " + std::string(advice);
    return error;
  }
  std::vector<std::string_view> names;
  for (const auto* const verb : all_verbs()) names.push_back(verb->name);
  const std::string near = nearest_word(said, names);
  error.hint = near.empty() ? "cgctl --help lists them" : "did you mean " + near + "?";
  return error;
}

}  // namespace cgroupd::client
