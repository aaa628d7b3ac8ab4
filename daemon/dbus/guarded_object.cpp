// Forwards everything; methods by way of the guard.
#include "dbus/guarded_object.h"

#include <limits>

#include "dbus/raw_message.h"
#include "dbus/wire.h"

namespace cgroupd {

GuardedObject::GuardedObject(std::unique_ptr<sdbus::IObject> object, Meet meet, Guard guard, Refused refused)
    : object_(std::move(object)), meet_(std::move(meet)), guard_(std::move(guard)), refused_(std::move(refused)) {}

void GuardedObject::registerMethod(const std::string& interface_name, std::string name, std::string input,
                                   std::string output, sdbus::method_callback callback, sdbus::Flags flags) {
  object_->registerMethod(interface_name, std::move(name), std::move(input), std::move(output),
                          guarded(std::move(callback)), flags);
}

void GuardedObject::registerMethod(const std::string& interface_name, std::string name, std::string input,
                                   const std::vector<std::string>& input_names, std::string output,
                                   const std::vector<std::string>& output_names, sdbus::method_callback callback,
                                   sdbus::Flags flags) {
  object_->registerMethod(interface_name, std::move(name), std::move(input), input_names, std::move(output),
                          output_names, guarded(std::move(callback)), flags);
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

sdbus::method_callback GuardedObject::guarded(sdbus::method_callback callback) {
  return [this, callback = std::move(callback)](const sdbus::MethodCall& call) {
    if (const auto waits = wait(callback, call); !waits) return refuse_unasked(call, waits.error());
    const std::string caller = call.getSender();
    if (!turns_.is_held(caller) && !meet_(caller, [this, caller] { turns_.release(caller); })) turns_.hold(caller);
  };
}

void GuardedObject::take_over(const std::string& method, sdbus::method_callback callback) {
  taken_over_[method] = std::move(callback);
}

// All that is done before the next message is looked at, which may be a Ping: so of a long one only the beginning is
// weighed here, and the rest in the caller's turns. How large those are is not known yet, so they are few.
Result<void> GuardedObject::wait(const sdbus::method_callback& callback, const sdbus::MethodCall& call) {
  constexpr std::size_t short_call = 256;
  constexpr std::size_t most_large = 8;
  const auto weighing = std::make_shared<Weighing>(call, heaviest_request(call.getMemberName()));
  if (!weighing->go_on(short_call)) {
    if (large_ < most_large) return wait_and_weigh(callback, call, weighing);
    weighing->go_on(std::numeric_limits<std::size_t>::max());
  }
  return weighing->result().and_then([&](std::size_t weight) {
    return turns_.wait(call.getSender(), weight, [this, callback, call] { ask(callback, call); });
  });
}

Result<void> GuardedObject::wait_and_weigh(const sdbus::method_callback& callback, const sdbus::MethodCall& call,
                                           const std::shared_ptr<Weighing>& weighing) {
  const auto step = std::make_shared<std::function<bool()>>([this, callback, call, weighing] {
    constexpr std::size_t a_turn = 1024;
    if (!weighing->go_on(a_turn)) return false;
    --large_;
    const auto fits = weighing->result();
    if (fits) {
      ask(callback, call);
    } else {
      refuse_unasked(call, fits.error());
    }
    return true;
  });
  auto waits = turns_.wait(call.getSender(), heaviest_request(call.getMemberName()),
                           [this, call, step] { go_on_for(call, step); });
  if (waits) ++large_;
  return waits;
}

void GuardedObject::refuse_unasked(const sdbus::MethodCall& call, const Error& error) {
  refused_(call.getMemberName(), error);
  refuse(call, wire::to_bus_error(error));
}

void GuardedObject::ask(const sdbus::method_callback& callback, sdbus::MethodCall call) {
  try {
    guard_(call, [this, callback, call](const Result<void>& agreed) {
      if (agreed) return run(callback, call);
      refuse(call, wire::to_bus_error(agreed.error()));
    });
  } catch (const sdbus::Error& error) {
    refuse(call, error);
  }
}

// When the call had to wait, nobody above us turns an exception into an answer.
void GuardedObject::run(const sdbus::method_callback& callback, const sdbus::MethodCall& call) {
  running_ = &call;
  try {
    const auto own = taken_over_.find(call.getMemberName());
    (own == taken_over_.end() ? callback : own->second)(call);
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

void GuardedObject::go_on(std::function<bool()> step) {
  go_on_for(*running_, std::make_shared<std::function<bool()>>(std::move(step)));
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

bool allows_interaction(const sdbus::Message& message) {
  return sd_bus_message_get_allow_interactive_authorization(raw_message(message)) > 0;
}

}  // namespace cgroupd
