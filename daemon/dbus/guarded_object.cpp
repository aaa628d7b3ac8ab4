// Forwards everything; methods by way of the guard.
#include "dbus/guarded_object.h"

#include <systemd/sd-bus.h>

#include "dbus/wire.h"

namespace cgroupd {

GuardedObject::GuardedObject(std::unique_ptr<sdbus::IObject> object, Guard guard)
    : object_(std::move(object)), guard_(std::move(guard)) {}

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
    guard_(call, [this, callback, call](const Result<void>& agreed) {
      if (agreed) return run(callback, call);
      call.createErrorReply(wire::to_bus_error(agreed.error())).send();
    });
  };
}

// When the call had to wait, nobody above us turns an exception into an answer.
void GuardedObject::run(const sdbus::method_callback& callback, const sdbus::MethodCall& call) {
  running_ = &call;
  try {
    callback(call);
  } catch (const sdbus::Error& error) {
    call.createErrorReply(error).send();
  }
  running_ = nullptr;
}

bool allows_interaction(const sdbus::Message& message) {
  // sdbus-c++ 1.2 has no word for this flag; the message below is sd-bus's.
  struct Opened : sdbus::Message {
    static void* of(const sdbus::Message& closed) { return closed.*(&Opened::msg_); }
  };
  return sd_bus_message_get_allow_interactive_authorization(static_cast<sd_bus_message*>(Opened::of(message))) > 0;
}

}  // namespace cgroupd
