// Forwards everything; methods by way of the guard.
#include "dbus/guarded_object.h"

#include "dbus/message_weight.h"
#include "dbus/raw_message.h"
#include "dbus/wire.h"

namespace cgroupd {

GuardedObject::GuardedObject(std::unique_ptr<sdbus::IObject> object, Guard guard, Refused refused)
    : object_(std::move(object)), guard_(std::move(guard)), refused_(std::move(refused)) {}

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
  return [this, callback = std::move(callback)](sdbus::MethodCall call) {
    // Before anything is decoded: meanwhile all others wait.
    const auto fits = weigh(call, heaviest_request(call.getMemberName())).and_then([&](std::size_t weight) {
      return turns_.wait(call.getSender(), weight, [this, callback, call] { ask(callback, call); });
    });
    if (fits) return;
    refused_(call.getMemberName(), fits.error());
    refuse(call, wire::to_bus_error(fits.error()));
  };
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
    callback(call);
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
  go_on_for(running_->getSender(), std::make_shared<std::function<bool()>>(std::move(step)));
}

void GuardedObject::go_on_for(const std::string& caller, const std::shared_ptr<std::function<bool()>>& step) {
  turns_.go_on(caller, [this, caller, step] {
    try {
      if (!(*step)()) go_on_for(caller, step);
    } catch (const sdbus::Error&) {
      return;  // as in refuse()
    }
  });
}

bool allows_interaction(const sdbus::Message& message) {
  return sd_bus_message_get_allow_interactive_authorization(raw_message(message)) > 0;
}

}  // namespace cgroupd
