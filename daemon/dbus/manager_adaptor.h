// org.cgroupd1.Manager on the bus: decodes, calls the manager, encodes. Nothing else lives here.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>

#include "core/instruments.h"
#include "core/manager.h"
#include "dbus/authorizer.h"
#include "dbus/callers.h"
#include "dbus/guarded_object.h"
#include "dbus/limits_message.h"
#include "dbus/manager_skeleton.h"
#include "dbus/wire.h"

namespace cgroupd {

class ManagerAdaptor final : public GuardedAdaptor<org::cgroupd1::Manager_adaptor> {
 public:
  /// Reads the configuration again and makes it true.
  using Reloading = std::function<void(Manager::OutcomeDone)>;

  /// Exports the object on `connection`; everything is called from its event loop and must outlive this object. No
  /// method runs that `authorizer` has not agreed to.
  ManagerAdaptor(sdbus::IConnection& connection, Manager& manager, Instruments& instruments, Authorizer& authorizer,
                 Callers& callers, std::string version, Reloading reload, std::vector<std::string> more_features = {});
  ~ManagerAdaptor();
  ManagerAdaptor(const ManagerAdaptor&) = delete;
  ManagerAdaptor& operator=(const ManagerAdaptor&) = delete;
  ManagerAdaptor(ManagerAdaptor&&) = delete;
  ManagerAdaptor& operator=(ManagerAdaptor&&) = delete;

  /// For EventLoop::in_turn(): requests wait for this, which runs one and says whether more are waiting.
  bool take_turn() { return getObject().take_turn(); }

 private:
  using LimitsResult = sdbus::Result<wire::Dictionary>;
  using EntriesResult = sdbus::Result<std::vector<wire::Dictionary>>;
  using ChangesResult =
      sdbus::Result<std::vector<sdbus::Struct<std::string, wire::Dictionary>>, std::vector<std::string>>;
  using SnapshotResult =
      sdbus::Result<std::vector<std::string>, std::vector<sdbus::Struct<std::string, std::vector<std::uint64_t>>>>;

  void Create(LimitsResult&& result, std::string name, wire::Dictionary limits, wire::Dictionary options) override;
  void SetLimits(LimitsResult&& result, std::string name, wire::Dictionary changes, wire::Dictionary options) override;
  void Unset(LimitsResult&& result, std::string name, std::vector<std::string> limits) override;
  void Apply(ChangesResult&& result,
             std::vector<sdbus::Struct<std::string, wire::Dictionary, wire::Dictionary>> cgroups,
             wire::Dictionary options) override;
  void Undo(ChangesResult&& result, std::uint64_t id, wire::Dictionary options) override;
  void History(EntriesResult&& result, wire::Dictionary query) override;
  void Reload(sdbus::Result<std::vector<std::string>>&& result) override;
  void Remove(sdbus::Result<>&& result, std::string name, wire::Dictionary options) override;
  void Attach(sdbus::Result<>&& result, std::string name, std::vector<sdbus::UnixFd> pidfds) override;
  void AttachPids(sdbus::Result<>&& result, std::string name, std::vector<std::uint32_t> pids) override;
  sdbus::UnixFd OpenDirectory(const std::string& name) override;
  wire::Dictionary Get(const std::string& name) override;
  void List(EntriesResult&& result) override;
  void Snapshot(SnapshotResult&& result, std::vector<std::string> fields) override;
  void Freeze(const std::string& name) override;
  void Thaw(const std::string& name) override;
  void Kill(const std::string& name) override;

  std::string Version() override { return version_; }
  std::string DelegatedRoot() override { return manager_.delegated_root(); }
  std::vector<std::string> Controllers() override { return manager_.controllers(); }
  std::vector<std::string> Features() override { return features_; }

  using RunLimits = void (ManagerAdaptor::*)(const sdbus::MethodCall& call, LimitsRequest& request);
  void take_over_limits(const std::string& method, RunLimits run);
  void create(const sdbus::MethodCall& call, LimitsRequest& request);
  void set_limits(const sdbus::MethodCall& call, LimitsRequest& request);
  void receive_apply(const sdbus::MethodCall& call);
  void list_for_those_who_wait();
  void apply(const Manager::OutcomeDone& done, const DeclaredCgroups& cgroups, const wire::Dictionary& options);
  using GoOn = std::function<void(std::function<bool()> step)>;
  void for_each_in_turns(const GoOn& go_on, std::function<Result<void>(const CgroupPath&)> look, Manager::Done done);
  void attach(const Manager::Done& done, const std::string& name, const Result<std::vector<pid_t>>& pids);
  using WhileWaiting = decltype(ExecuteOptions::while_waiting);
  WhileWaiting until_caller_is_gone();
  Caller caller();
  template <typename T>
  T answer(const char* method, const std::function<cgroupd::Result<T>()>& work);

  Manager& manager_;
  Instruments& instruments_;
  std::string version_;
  std::vector<std::string> features_;
  Reloading reload_;
  Callers& callers_;
  struct Asked;
  std::vector<Asked> wait_for_list_;  ///< who asked while the cgroups were looked at for others
  bool listing_ = false;
};

}  // namespace cgroupd
