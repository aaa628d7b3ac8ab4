// The daemon's bus side over a fake kernel, served by a thread of its own on the session bus of the test run.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sdbus-c++/sdbus-c++.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/accounts.h"
#include "core/diagnosis.h"
#include "core/manager.h"
#include "core/ownership.h"
#include "dbus/event_loop.h"
#include "dbus/manager_adaptor.h"
#include "dbus/signal_queue.h"
#include "support/eventually.h"
#include "support/fake_kernel.h"
#include "support/state.h"

namespace cgroupd {

struct CountedRequests final : Instruments {
  void request_done(std::string_view method, std::chrono::nanoseconds /*took*/, std::string_view error) override {
    lines.push_back(std::string(method) + (error.empty() ? "" : " " + std::string(error)));
  }
  std::vector<std::string> lines;
};

class AServedDaemon : public testing::Test {
 protected:
  using Dictionary = wire::Dictionary;

  using MakeAuthorizer = std::function<std::unique_ptr<Authorizer>(Authorizer::World)>;

  /// As on a user's bus, unless told otherwise.
  explicit AServedDaemon(const MakeAuthorizer& make_authorizer =
                             [](Authorizer::World world) {
                               return std::make_unique<Authorizer>(std::move(world), ::getuid());
                             })
      : background_(kernel),
        store_(open_store(directory_)),
        intents_(Intents::open(directory_.path(), "boot").value()),
        signals_(loop_),
        transactions_(kernel, {.work = background_, .patient = background_, .disk = background_}, *store_, intents_,
                      loop_, signals_),
        reconciler_(kernel, watches_, transactions_, loop_, signals_, DriftPolicy::repair, ::getuid()),
        manager_(kernel, background_, transactions_, reconciler_, loop_, nullptr, {}),
        connection_(sdbus::createSessionBusConnection()),
        callers_(*connection_),
        authorizer_(make_authorizer(world())),
        adaptor_(*connection_, manager_, requests, *authorizer_, callers_, "1.2.3",
                 [](const Manager::OutcomeDone& done) { done(Outcome()); }),
        stop_(::eventfd(0, EFD_CLOEXEC)) {
    signals_.connect(adaptor_);
    loop_.in_turn([this] { return adaptor_.take_turn(); });
    loop_.serve(*connection_);
    loop_.on_readable(stop_.get(), [this] { loop_.stop(0); });
    // The bus may still be reading what the test before has flooded it with, and not know that its daemon is gone.
    EXPECT_TRUE(
        eventually([this] { return error_of([this] { connection_->requestName(wire::service_name); }).empty(); }));
    proxy = new_proxy();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~AServedDaemon() override { stop(); }

  /// On a connection and a thread of its own, as another client would be.
  static std::unique_ptr<sdbus::IProxy> new_proxy() {
    return sdbus::createProxy(sdbus::createSessionBusConnection(), wire::service_name, wire::object_path);
  }

  /// Afterwards kernel and requests may be looked at.
  void stop() {
    if (!thread_.joinable()) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto put = ::write(stop_.get(), &one, sizeof one);
    thread_.join();
  }

  /// To tell of events from the test's own thread.
  ManagerAdaptor& stopped_adaptor() {
    stop();
    return adaptor_;
  }

  Dictionary set(const std::string& name, const Dictionary& changes, const Dictionary& options = {}) {
    Dictionary answer;
    call("SetLimits").withArguments(name, changes, options).storeResultsTo(answer);
    return answer;
  }
  Dictionary create(const std::string& name, const Dictionary& limits = {}, const Dictionary& options = {}) {
    Dictionary answer;
    call("Create").withArguments(name, limits, options).storeResultsTo(answer);
    return answer;
  }
  /// `method` by reference: the invoker keeps no copy, so the name must live as long as the whole expression.
  sdbus::MethodInvoker call(const std::string& method) {
    auto invoker = proxy->callMethod(method);
    invoker.onInterface(wire::interface_name);
    return invoker;
  }
  /// The name of the bus error that `action` ends in, without its prefix; "" when it succeeds.
  template <typename Action>
  std::string error_of(Action action) {
    try {
      action();
      return {};
    } catch (const sdbus::Error& error) {
      message = error.getMessage();
      const std::string& name = error.getName();
      return name.starts_with(wire::error_prefix) ? name.substr(wire::error_prefix.size()) : name;
    }
  }

  FakeKernel kernel;
  CountedRequests requests;
  std::unique_ptr<sdbus::IProxy> proxy;
  std::string message;  ///< of the last error

 private:
  Authorizer::World world() {
    return {.uid_of = [this](const std::string& sender) -> Result<std::uint32_t> {
              const auto uid = callers_.of(sender).uid;
              return uid ? Result<std::uint32_t>(*uid) : fail(ErrorCode::not_found, "the caller is not known");
            },
            .exists = [this](const CgroupPath& cgroup) { return exists(kernel, cgroup); },
            .owner_of = [this](const CgroupPath& cgroup) { return owner_of(kernel, cgroup); },
            .has_budget = [](std::uint32_t /*uid*/) { return false; },
            .standing_of = [this](std::uint32_t uid,
                                  const std::vector<pid_t>& pids) { return standing_of(kernel, uid, pids); },
            .name_of = user_name};
  }

  AtOnce background_;
  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
  Intents intents_;
  EventLoop loop_;
  NoWatches watches_;
  SignalQueue signals_;
  Transactions transactions_;
  Reconciler reconciler_;
  Manager manager_;
  std::unique_ptr<sdbus::IConnection> connection_;
  Callers callers_;
  std::unique_ptr<Authorizer> authorizer_;
  ManagerAdaptor adaptor_;
  FileDescriptor stop_;
  std::thread thread_;
};

}  // namespace cgroupd
