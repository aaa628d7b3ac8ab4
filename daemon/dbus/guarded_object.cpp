// Forwards everything; methods by way of the guard.
#include "dbus/guarded_object.h"

#include <cstdint>
#include <limits>

#include <sys/ioctl.h>

#include "dbus/raw_message.h"
#include "dbus/wire.h"

namespace cgroupd {

GuardedObject::GuardedObject(std::unique_ptr<sdbus::IObject> object, Meet meet, Guard guard, Refused refused)
    : object_(std::move(object)), meet_(std::move(meet)), guard_(std::move(guard)), refused_(std::move(refused)) {}

void GuardedObject::registerMethod(const std::string& interface_name, std::string name, std::string input,
                                   std::string output, sdbus::method_callback callback, sdbus::Flags flags) {
  auto forwarded = guarded(name, std::move(callback));
  object_->registerMethod(interface_name, std::move(name), std::move(input), std::move(output), std::move(forwarded),
                          flags);
}

void GuardedObject::registerMethod(const std::string& interface_name, std::string name, std::string input,
                                   const std::vector<std::string>& input_names, std::string output,
                                   const std::vector<std::string>& output_names, sdbus::method_callback callback,
                                   sdbus::Flags flags) {
  auto forwarded = guarded(name, std::move(callback));
  object_->registerMethod(interface_name, std::move(name), std::move(input), input_names, std::move(output),
                          output_names, std::move(forwarded), flags);
}

void GuardedObject::registerSignal(const std::string& interface_name, std::string name, std::string signature,
                                   sdbus::Flags flags) {
  object_->registerSignal(interface_name, std::move(name), std::move(signature), flags);
}

void GuardedObject::registerSignal(const std::string& interface_name, std::string name, std::string signature,
                                   const std::vector<std::string>& names, sdbus::Flags flags) {
  object_->registerSignal(interface_name, std::move(name), std::move(signature), names, flags);
}

void GuardedObject::registerProperty(const std::string& interface_name, std::string name, std::string signature,
                                     sdbus::property_get_callback get, sdbus::Flags flags) {
  object_->registerProperty(interface_name, std::move(name), std::move(signature), std::move(get), flags);
}

void GuardedObject::registerProperty(const std::string& interface_name, std::string name, std::string signature,
                                     sdbus::property_get_callback get, sdbus::property_set_callback set,
                                     sdbus::Flags flags) {
  object_->registerProperty(interface_name, std::move(name), std::move(signature), std::move(get), std::move(set),
                            flags);
}

void GuardedObject::setInterfaceFlags(const std::string& interface_name, sdbus::Flags flags) {
  object_->setInterfaceFlags(interface_name, flags);
}

sdbus::method_callback GuardedObject::guarded(const std::string& name, sdbus::method_callback callback) {
  Method& method = methods_[name];
  method.heaviest = heaviest_request(name);
  method.callback = std::move(callback);
  return [this, &method](const sdbus::MethodCall& call) {
    const std::string caller = call.getSender();
    if (!turns_.is_held(caller) && !meet_(caller, release_)) turns_.hold(caller);
    if (const auto received = receive(method, caller, call); !received) refuse_unasked(call, received.error());
  };
}

void GuardedObject::take_over(const std::string& method, sdbus::method_callback callback) {
  methods_.at(method).callback = std::move(callback);
}

void GuardedObject::take_over(const std::string& method, Receive receive) {
  methods_.at(method).receive = std::move(receive);
}

// All that is done before the next message is looked at, which may be a Ping: so of a long one only the beginning is
// weighed here, and the rest in the caller's turns. How large those are is not known yet, so they are few.
Result<void> GuardedObject::receive(const Method& method, const std::string& caller, const sdbus::MethodCall& call) {
  if (method.receive) {
    return method.receive(call, method.heaviest).and_then([&](Received received) {
      return in_turn(caller, received.weight, call, std::move(received.run));
    });
  }
  constexpr std::size_t short_call = 256;
  constexpr std::size_t most_large = 8;
  const auto weighing = std::make_shared<Weighing>(call, method.heaviest);
  if (!weighing->go_on(short_call)) {
    if (large_ < most_large) return wait_and_weigh(method, call, weighing);
    weighing->go_on(std::numeric_limits<std::size_t>::max());
  }
  return weighing->result().and_then(
      [&](std::size_t weight) { return in_turn(caller, weight, call, [&method, call] { method.callback(call); }); });
}

// Where nobody waits and nothing else has come, there is nobody to be fair to: then his turn is now.
template <typename Run>
Result<void> GuardedObject::in_turn(const std::string& caller, std::size_t weight, const sdbus::MethodCall& call,
                                    Run run) {
  if (turns_.nobody_waits() && !turns_.is_held(caller) && is_last_received(call)) {
    ask(call, run);
    return {};
  }
  return turns_.wait(caller, weight, [this, call, run = std::move(run)] { ask(call, run); });
}

Result<void> GuardedObject::wait_and_weigh(const Method& method, const sdbus::MethodCall& call,
                                           const std::shared_ptr<Weighing>& weighing) {
  const auto step = std::make_shared<std::function<bool()>>([this, &method, call, weighing] {
    constexpr std::size_t a_turn = 1024;
    if (!weighing->go_on(a_turn)) return false;
    --large_;
    const auto fits = weighing->result();
    if (fits) {
      ask(call, [&method, call] { method.callback(call); });
    } else {
      refuse_unasked(call, fits.error());
    }
    return true;
  });
  auto waits = turns_.wait(call.getSender(), method.heaviest, [this, call, step] { go_on_for(call, step); });
  if (waits) ++large_;
  return waits;
}

void GuardedObject::refuse_unasked(const sdbus::MethodCall& call, const Error& error) {
  refused_(call.getMemberName(), error);
  refuse(call, wire::to_bus_error(error));
}

template <typename Run>
void GuardedObject::ask(const sdbus::MethodCall& call, const Run& run) {
  try {
    if (const auto judged = guard_.judge(call))
      return *judged ? this->run(call, run) : refuse(call, wire::to_bus_error(judged->error()));
    sdbus::MethodCall asked = call;
    guard_.ask(asked, [this, call, run](const Result<void>& agreed) {
      if (agreed) return this->run(call, run);
      refuse(call, wire::to_bus_error(agreed.error()));
    });
  } catch (const sdbus::Error& error) {
    refuse(call, error);
  }
}

// When the call had to wait, nobody above us turns an exception into an answer.
template <typename Run>
void GuardedObject::run(const sdbus::MethodCall& call, const Run& run) {
  running_ = &call;
  try {
    run();
  } catch (const sdbus::Error& error) {
    refuse(call, error);
  }
  running_ = nullptr;
}

// One who cannot be answered must not end the loop.
void GuardedObject::refuse(const sdbus::MethodCall& call, const sdbus::Error& error) {
  try {
    call.createErrorReply(error).send();
  } catch (const sdbus::Error&) {
    return;
  }
}

void GuardedObject::go_on(const sdbus::MethodCall& call, std::function<bool()> step) {
  go_on_for(call, std::make_shared<std::function<bool()>>(std::move(step)));
}

void GuardedObject::go_on_for_all(std::function<bool()> step) {
  constexpr const char* nobody = "";  // callers have names
  turns_.go_on(nobody, [this, step = std::make_shared<std::function<bool()>>(std::move(step))] {
    if (!(*step)()) go_on_for_all(std::move(*step));
  });
}

void GuardedObject::go_on_for(const sdbus::MethodCall& call, const std::shared_ptr<std::function<bool()>>& step) {
  turns_.go_on(call.getSender(), [this, call, step] {
    running_ = &call;
    try {
      if (!(*step)()) go_on_for(call, step);
    } catch (const sdbus::Error& error) {
      refuse(call, error);
    }
    running_ = nullptr;
  });
}

bool is_last_received(const sdbus::Message& message) {
  sd_bus* const bus = sd_bus_message_get_bus(raw_message(message));
  std::uint64_t read = 0;
  int unread = 0;
  return sd_bus_get_n_queued_read(bus, &read) >= 0 && read == 0 &&
         ::ioctl(sd_bus_get_fd(bus), FIONREAD, &unread) == 0 && unread == 0;
}

bool allows_interaction(const sdbus::Message& message) {
  return sd_bus_message_get_allow_interactive_authorization(raw_message(message)) > 0;
}

}  // namespace cgroupd
