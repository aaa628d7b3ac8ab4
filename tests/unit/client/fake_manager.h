// A daemon that notes what it is asked and answers what it was told to.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "client/manager.h"
#include "client/program.h"

namespace cgroupd::client::test {

struct FakeDaemon {
  std::vector<std::string> asked;  ///< "set_limits web memory.max=512M"
  Values in_force;
  std::vector<std::string> plan;
  std::vector<CgroupStatus> statuses;
  std::map<std::string, Error> refusals;  ///< by cgroup
};

class FakeManager final : public Manager {
 public:
  explicit FakeManager(FakeDaemon& daemon) : daemon_(daemon) {}

  Result<Values> create(const CgroupPath& name, const Changes& limits, const CreateOptions& options) override {
    return answer("create" + std::string(options.if_absent ? " if_absent" : ""), name, printed(limits),
                  daemon_.in_force);
  }
  Result<Values> set_limits(const CgroupPath& name, const Changes& changes, const SetOptions& options) override {
    return answer("set_limits" + std::string(options.force ? " force" : ""), name, printed(changes), daemon_.in_force);
  }
  Result<std::vector<std::string>> plan(const CgroupPath& name, const Changes& changes,
                                        const SetOptions& /*options*/) override {
    return answer("plan", name, printed(changes), daemon_.plan);
  }
  Result<Values> unset(const CgroupPath& name, std::span<const Limit* const> limits) override {
    std::string files;
    for (const auto* const limit : limits) files += " " + std::string(limit->file);
    return answer("unset", name, files, daemon_.in_force);
  }
  Result<void> remove(const CgroupPath& name, bool kill) override {
    return tell(kill ? "remove kill" : "remove", name);
  }
  Result<void> attach(const CgroupPath& name, std::span<const Descriptor> pidfds) override {
    return tell("attach " + std::to_string(pidfds.size()), name);
  }
  Result<void> attach_pids(const CgroupPath& name, std::span<const pid_t> pids) override {
    return tell("attach_pids " + std::to_string(pids.size()), name);
  }
  Result<Descriptor> open_directory(const CgroupPath& name) override {
    const auto ok = tell("open_directory", name);
    if (!ok) return fail(ok.error());
    return Descriptor();
  }
  Result<CgroupStatus> get(const CgroupPath& name) override {
    for (const auto& status : daemon_.statuses) {
      if (status.name == name.str()) return answer("get", name, "", status);
    }
    return fail(ErrorCode::not_found, "no cgroup named '" + name.str() + "'");
  }
  Result<std::vector<CgroupStatus>> list() override {
    daemon_.asked.emplace_back("list");
    return daemon_.statuses;
  }
  Result<void> freeze(const CgroupPath& name) override { return tell("freeze", name); }
  Result<void> thaw(const CgroupPath& name) override { return tell("thaw", name); }
  Result<void> kill(const CgroupPath& name) override { return tell("kill", name); }

 private:
  static std::string printed(const Changes& changes) {
    std::string text;
    for (const auto& [limit, change] : changes) text += " " + std::string(limit->file) + "=" + print_change(change);
    return text;
  }

  template <typename T>
  Result<T> answer(const std::string& what, const CgroupPath& name, const std::string& rest, const T& value) {
    daemon_.asked.push_back(what + " " + name.str() + rest);
    if (const auto refusal = daemon_.refusals.find(name.str()); refusal != daemon_.refusals.end()) {
      return fail(refusal->second);
    }
    return value;
  }

  Result<void> tell(const std::string& what, const CgroupPath& name) {
    return answer(what, name, "", true).map([](bool) {});
  }

  FakeDaemon& daemon_;
};

/// What cgctl said and returned.
struct Said {
  int status = -1;
  std::string out;
  std::string err;
  std::optional<BusChoice> bus;     ///< the one it would have connected to
  std::vector<std::string> became;  ///< the command it would have become
};

inline Said cgctl(FakeDaemon& daemon, const std::vector<std::string>& arguments, bool is_root = false) {
  Said said;
  std::ostringstream out;
  std::ostringstream err;
  const Surroundings world = {.out = out,
                              .err = err,
                              .style = {},
                              .is_root = is_root,
                              .has_terminal = false,
                              .connect =
                                  [&](BusChoice bus) {
                                    said.bus = std::move(bus);
                                    return std::make_unique<FakeManager>(daemon);
                                  },
                              .resolve_device = [](const std::string& path) -> Result<ResolvedDevice> {
                                if (path == "/dev/sda")
                                  return ResolvedDevice{.device = {.major = 8, .minor = 0}, .note = {}};
                                if (path == "/dev/sda1")
                                  return ResolvedDevice{.device = {.major = 8, .minor = 0},
                                                        .note = "it is a partition"};
                                return fail(ErrorCode::not_found, path + ": No such file or directory");
                              },
                              .become = [&](const std::vector<std::string>& command) -> Error {
                                said.became = command;
                                return {.code = ErrorCode::unreachable, .message = "no ssh here"};
                              }};
  said.status = run_program(arguments, world);
  said.out = out.str();
  said.err = err.str();
  return said;
}

inline Said cgctl(const std::vector<std::string>& arguments) {
  FakeDaemon daemon;
  return cgctl(daemon, arguments);
}

/// A value in the kernel's text.
inline std::pair<const Limit* const, Value> in_force(std::string_view file, std::string_view text) {
  const Limit* const limit = find_limit(file);
  return {limit, parse_value(*limit, text).value()};
}

}  // namespace cgroupd::client::test
