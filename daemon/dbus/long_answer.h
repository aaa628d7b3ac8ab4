// Answers that may be too long to be written in one turn.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <sdbus-c++/Message.h>
#include <sdbus-c++/TypeTraits.h>

#include "dbus/guarded_object.h"
#include "dbus/slice.h"

namespace cgroupd {

/// An array as the last argument of an answer, which grows until it is sent.
template <typename Element>
class LongAnswer {
 public:
  /// `first`: the arguments before the array.
  template <typename... Arguments>
  explicit LongAnswer(const sdbus::MethodCall& call, const Arguments&... first) : reply_(call.createReply()) {
    static_cast<void>((reply_ << ... << first));
    reply_.openContainer(sdbus::signature_of<Element>::str());
  }

  void add(const Element& element) { reply_ << element; }
  void send() {
    reply_.closeContainer();
    reply_.send();
  }

 private:
  sdbus::MethodReply reply_;
};

/// Writes `elements` in turns of the caller, and then calls `sent`.
template <typename Element>
void answer_in_turns(GuardedObject& object, const sdbus::MethodCall& call, LongAnswer<Element> answer,
                     std::shared_ptr<const std::vector<Element>> elements, std::function<void()> sent) {
  object.go_on(call, [answer = std::move(answer), elements = std::move(elements), next = std::size_t{0},
                      sent = std::move(sent)]() mutable {
    for (const Slice slice; next < elements->size();) {
      answer.add((*elements)[next]);
      ++next;
      if (slice.is_over()) return false;
    }
    answer.send();
    sent();
    return true;
  });
}

}  // namespace cgroupd
