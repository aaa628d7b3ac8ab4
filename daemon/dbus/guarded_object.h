// A bus object whose methods run only when somebody has agreed.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>

#include "dbus/message_weight.h"
#include "dbus/turns.h"
#include "model/result.h"

namespace cgroupd {

/// Stands between the generated adaptor and the bus, so that no method can be forgotten: one that is added to the XML
/// is guarded from its first day. The guard may answer later; until then the call waits and the loop goes on.
class GuardedObject final : public sdbus::IObject {
 public:
  using Answer = std::function<void(Result<void>)>;
  struct Guard {
    /// At once; nothing where that cannot be.
    std::function<std::optional<Result<void>>(const sdbus::MethodCall& call)> judge;
    /// Then this, which may answer later.
    std::function<void(sdbus::MethodCall& call, Answer answer)> ask;
  };
  /// Told of calls that are refused before anybody is asked, as they are too large or too many.
  using Refused = std::function<void(const std::string& method, const Error& error)>;

  /// Whether the caller of that name is known. If not, `known` is to be called when he is; till then his calls wait.
  using Known = std::function<void(const std::string& caller)>;
  using Meet = std::function<bool(const std::string& caller, const Known& known)>;

  GuardedObject(std::unique_ptr<sdbus::IObject> object, Meet meet, Guard guard, Refused refused);

  /// Calls wait for this, which runs one of them and says whether more are waiting.
  bool take_turn() { return turns_.take_one(); }

  /// While a call runs: `step` is run in its caller's next turns until it says that it is done.
  void go_on(std::function<bool()> step) { go_on(*running_, std::move(step)); }
  /// The same for a call that came earlier.
  void go_on(const sdbus::MethodCall& call, std::function<bool()> step);
  /// The same for what more than one caller waits for: all of it takes as much time as one caller may. It must not
  /// throw, as there is no call to be refused.
  void go_on_for_all(std::function<bool()> step);

  /// While a call runs: that call.
  const sdbus::MethodCall& running() const { return *running_; }

  /// Has `callback` take calls of the method in place of the one that is registered.
  void take_over(const std::string& method, sdbus::method_callback callback);

  /// A call that was read: what it weighs, and what it does once it is its turn and the guard has agreed.
  struct Received {
    std::size_t weight = 0;
    std::function<void()> run;
  };
  using Receive = std::function<Result<Received>(const sdbus::MethodCall& call, std::size_t heaviest)>;
  /// Has `receive` read calls of the method as they come, in place of weighing them first and reading them later. It
  /// must do little more than that: all others wait for it.
  void take_over(const std::string& method, Receive receive);

  void registerMethod(const std::string& interface_name, std::string name, std::string input, std::string output,
                      sdbus::method_callback callback, sdbus::Flags flags) override;
  void registerMethod(const std::string& interface_name, std::string name, std::string input,
                      const std::vector<std::string>& input_names, std::string output,
                      const std::vector<std::string>& output_names, sdbus::method_callback callback,
                      sdbus::Flags flags) override;
  void registerSignal(const std::string& interface_name, std::string name, std::string signature,
                      sdbus::Flags flags) override;
  void registerSignal(const std::string& interface_name, std::string name, std::string signature,
                      const std::vector<std::string>& names, sdbus::Flags flags) override;
  void registerProperty(const std::string& interface_name, std::string name, std::string signature,
                        sdbus::property_get_callback get, sdbus::Flags flags) override;
  void registerProperty(const std::string& interface_name, std::string name, std::string signature,
                        sdbus::property_get_callback get, sdbus::property_set_callback set,
                        sdbus::Flags flags) override;
  void setInterfaceFlags(const std::string& interface_name, sdbus::Flags flags) override;
  void finishRegistration() override { object_->finishRegistration(); }
  void unregister() override { object_->unregister(); }
  sdbus::Signal createSignal(const std::string& interface_name, const std::string& name) override {
    return object_->createSignal(interface_name, name);
  }
  void emitSignal(const sdbus::Signal& message) override { object_->emitSignal(message); }
  void emitPropertiesChangedSignal(const std::string& interface_name, const std::vector<std::string>& names) override {
    object_->emitPropertiesChangedSignal(interface_name, names);
  }
  void emitPropertiesChangedSignal(const std::string& interface_name) override {
    object_->emitPropertiesChangedSignal(interface_name);
  }
  void emitInterfacesAddedSignal() override { object_->emitInterfacesAddedSignal(); }
  void emitInterfacesAddedSignal(const std::vector<std::string>& interfaces) override {
    object_->emitInterfacesAddedSignal(interfaces);
  }
  void emitInterfacesRemovedSignal() override { object_->emitInterfacesRemovedSignal(); }
  void emitInterfacesRemovedSignal(const std::vector<std::string>& interfaces) override {
    object_->emitInterfacesRemovedSignal(interfaces);
  }
  void addObjectManager() override { object_->addObjectManager(); }
  void removeObjectManager() override { object_->removeObjectManager(); }
  bool hasObjectManager() const override { return object_->hasObjectManager(); }
  sdbus::IConnection& getConnection() const override { return object_->getConnection(); }
  const std::string& getObjectPath() const override { return object_->getObjectPath(); }
  /// The call whose method runs, also when it had to wait.
  const sdbus::Message* getCurrentlyProcessedMessage() const override { return running_; }

 private:
  struct Method {
    std::size_t heaviest = 0;
    sdbus::method_callback callback;
    Receive receive;  ///< none: `callback` reads it
  };
  sdbus::method_callback guarded(const std::string& name, sdbus::method_callback callback);
  Result<void> receive(const Method& method, const std::string& caller, const sdbus::MethodCall& call);
  template <typename Run>
  Result<void> in_turn(const std::string& caller, std::size_t weight, const sdbus::MethodCall& call, Run run);
  Result<void> wait_and_weigh(const Method& method, const sdbus::MethodCall& call,
                              const std::shared_ptr<Weighing>& weighing);
  template <typename Run>
  void ask(const sdbus::MethodCall& call, const Run& run);
  template <typename Run>
  void run(const sdbus::MethodCall& call, const Run& run);
  void go_on_for(const sdbus::MethodCall& call, const std::shared_ptr<std::function<bool()>>& step);
  void refuse_unasked(const sdbus::MethodCall& call, const Error& error);
  static void refuse(const sdbus::MethodCall& call, const sdbus::Error& error);

  std::unique_ptr<sdbus::IObject> object_;
  Meet meet_;
  Guard guard_;
  Refused refused_;
  Turns turns_;
  Known release_ = [this](const std::string& caller) { turns_.release(caller); };
  std::map<std::string, Method> methods_;  ///< their addresses stay
  std::size_t large_ = 0;                  ///< that wait without having been weighed
  const sdbus::MethodCall* running_ = nullptr;
};

/// What sdbus::AdaptorInterfaces is, with a guard.
template <typename Adaptor>
class GuardedAdaptor : public Adaptor {
 public:
  void registerAdaptor() { this->object_holder_->finishRegistration(); }
  void unregisterAdaptor() { this->object_holder_->unregister(); }

 protected:
  GuardedAdaptor(sdbus::IConnection& connection, std::string path, GuardedObject::Meet meet, GuardedObject::Guard guard,
                 GuardedObject::Refused refused)
      : GuardedAdaptor(std::make_unique<GuardedObject>(sdbus::createObject(connection, std::move(path)),
                                                       std::move(meet), std::move(guard), std::move(refused))) {}
  ~GuardedAdaptor() = default;
  GuardedObject& getObject() { return *object_holder_; }

 private:
  explicit GuardedAdaptor(std::unique_ptr<GuardedObject> object)
      : Adaptor(*object), object_holder_(std::move(object)) {}
  std::unique_ptr<GuardedObject> object_holder_;
};

/// Whether nothing else has come over its bus so far, be it read already or not.
bool is_last_received(const sdbus::Message& message);

/// Whether the caller is ready to be asked for a password (the message's flag ALLOW_INTERACTIVE_AUTHORIZATION).
bool allows_interaction(const sdbus::Message& message);

}  // namespace cgroupd
