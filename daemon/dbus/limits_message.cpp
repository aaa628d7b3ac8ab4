// Reading and appending with sd-bus.
#include "dbus/limits_message.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <sdbus-c++/Error.h>

#include "dbus/message_weight.h"
#include "dbus/raw_message.h"
#include "dbus/typed_text.h"

namespace cgroupd {
namespace {

[[noreturn, gnu::cold]] void give_up(int status, const char* what) {
  throw sdbus::createError(-status, what);
}

// (Called so often that a call would cost more than what it does.)
[[gnu::always_inline]] inline int check(int status, const char* what) {
  if (status < 0) give_up(status, what);
  return status;
}

// Arguments in their order, weighed as they are read.
class Arguments {
 public:
  explicit Arguments(sd_bus_message* message) : message_(message) {}
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;
  Arguments(Arguments&&) = delete;
  Arguments& operator=(Arguments&&) = delete;
  ~Arguments() { sd_bus_message_rewind(message_, 1); }

  std::size_t weight() const { return weight_; }

  // As long as the message is there.
  std::string_view text() {
    const std::string_view text = basic<const char*>('s');
    weight_ += weight_of_a_value + text.size();
    return text;
  }

  template <typename T>
  T basic(char type) {
    T value{};
    check(sd_bus_message_read_basic(message_, type, &value), "Failed to read a value");
    return value;
  }

  wire::QuotaAndPeriod pair() {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    check(sd_bus_message_read(message_, "(tt)", &first, &second), "Failed to read a pair");
    return {first, second};
  }

  // Has `take(key, type)` read each value, until it says no. `usual(key)` is the type it mostly has.
  template <typename Usual, typename Take>
  void each_of_dictionary(Usual usual, Take take) {
    enter('a', "{sv}");
    while (enter('e', "sv")) {
      const std::string_view key = text();
      const std::string type = enter_variant(usual(key));
      weight_ += weight_of_a_value;
      if (!take(key, type)) return;
      leave();
      leave();
    }
    leave();
  }

 private:
  // Answers the type of what is in it. Looking at that first would cost as much as entering does.
  std::string enter_variant(const char* usual) {
    const int entered = sd_bus_message_enter_container(message_, 'v', usual);
    if (entered != -ENXIO) {
      check(entered, "Failed to enter a variant");
      return usual;
    }
    const char* contents = nullptr;
    check(sd_bus_message_peek_type(message_, nullptr, &contents), "Failed to read a variant");
    std::string type(contents);  // entering moves on
    enter('v', type.c_str());
    return type;
  }

  bool enter(char type, const char* contents) {
    return check(sd_bus_message_enter_container(message_, type, contents), "Failed to enter a container") > 0;
  }
  void leave() { check(sd_bus_message_exit_container(message_), "Failed to leave a container"); }

  sd_bus_message* message_;
  std::size_t weight_ = 0;
};

// As a variant of sdbus is asked.
class ValueInMessage {
 public:
  ValueInMessage(Arguments& arguments, const std::string& type) : arguments_(arguments), type_(type.front()) {}

  template <typename T>
  T get() const {
    if constexpr (std::is_same_v<T, wire::QuotaAndPeriod>) {
      return arguments_.pair();
    } else if constexpr (std::is_same_v<T, std::string>) {
      return std::string(arguments_.text());
    } else if constexpr (std::is_same_v<T, bool>) {
      return arguments_.basic<int>(type_) != 0;
    } else {
      return arguments_.basic<T>(type_);
    }
  }

 private:
  Arguments& arguments_;
  char type_;
};

constexpr std::size_t longest_shown = 64;

tl::unexpected<Error> named_twice(std::string_view key) {
  return fail(ErrorCode::invalid_argument, "'" + std::string(key.substr(0, longest_shown)) + "' is named twice",
              "name it once");
}

Result<Changes> read_limits(Arguments& arguments, std::size_t most) {
  Result<Changes> limits;
  Result<const Limit*> limit;
  const auto usual = [&](std::string_view key) {
    limit = require_limit(key);
    return limit ? wire::usual_type(**limit) : "s";
  };
  arguments.each_of_dictionary(usual, [&](std::string_view key, const std::string& type) {
    auto change = limit ? wire::change_of(**limit, key, type, ValueInMessage(arguments, type)) : fail(limit.error());
    if (arguments.weight() > most) change = too_heavy(most);
    if (!change) {
      limits = fail(std::move(change.error()));
    } else if (!limits->emplace(*limit, *std::move(change)).second) {
      limits = named_twice(key);  // so there are never more than there are rows
    }
    return limits.has_value();
  });
  return limits;
}

Result<wire::Options> read_options(Arguments& arguments, std::size_t most) {
  Result<wire::Options> options;
  const auto usual = [](std::string_view /*key*/) { return "b"; };
  arguments.each_of_dictionary(usual, [&](std::string_view key, const std::string& type) {
    const ValueInMessage in_message(arguments, type);
    wire::OptionValue value;
    // (What is behind a value that is none of these is not read: it may be long.)
    if (type == "b") {
      value = in_message.get<bool>();
    } else if (type == "t") {
      value = in_message.get<std::uint64_t>();
    } else if (type == "u") {
      value = std::uint64_t{in_message.get<std::uint32_t>()};
    } else if (type == "s") {
      value = in_message.get<std::string>();
    } else {
      options = fail(ErrorCode::invalid_argument,
                     "option '" + std::string(key.substr(0, longest_shown)) + "' is of a type that no option has",
                     "send b, t or s");
      return false;
    }
    if (!options->emplace(std::string(key), std::move(value)).second) options = named_twice(key);
    if (arguments.weight() > most) options = too_heavy(most);
    return options.has_value();
  });
  return options;
}

void open(sd_bus_message* message, char type, const char* contents) {
  check(sd_bus_message_open_container(message, type, contents), "Failed to open a container");
}

void close(sd_bus_message* message) {
  check(sd_bus_message_close_container(message), "Failed to close a container");
}

void append(sd_bus_message* message, char type, const void* value) {
  check(sd_bus_message_append_basic(message, type, value), "Failed to append a value");
}

// (Piece by piece: sd_bus_message_append() would read a signature at every step.)
void append(sd_bus_message* message, const Limit& limit, const Value& value) {
  open(message, 'e', "sv");
  append(message, 's', std::string(limit.file).c_str());
  wire::with_bus_value(value, [&]<typename T>(const T& typed) {
    if constexpr (std::is_same_v<T, std::uint64_t>) {
      open(message, 'v', "t");
      append(message, 't', &typed);
    } else if constexpr (std::is_same_v<T, wire::QuotaAndPeriod>) {
      open(message, 'v', "(tt)");
      open(message, 'r', "tt");
      append(message, 't', &std::get<0>(typed));
      append(message, 't', &std::get<1>(typed));
      close(message);
    } else {
      open(message, 'v', "s");
      append(message, 's', typed.c_str());
    }
  });
  close(message);
  close(message);
}

void append(sd_bus_message* message, const wire::Skipped& skipped) {
  open(message, 'e', "sv");
  append(message, 's', wire::skipped_key);
  open(message, 'v', "a{ss}");
  open(message, 'a', "{ss}");
  for (const auto& [limit, why] : skipped)
    check(sd_bus_message_append(message, "{ss}", std::string(limit->file).c_str(), why.c_str()), "Failed to append");
  for (int opened = 0; opened < 3; ++opened) close(message);
}

}  // namespace

Result<std::unique_ptr<LimitsRequest>> read_limits_request(const sdbus::MethodCall& call, std::size_t most) {
  Arguments arguments(raw_message(call));
  auto request = std::make_unique<LimitsRequest>();
  request->cgroup = CgroupPath::parse(arguments.text());
  request->limits = read_limits(arguments, most);
  // Where they are wrong, the options cannot be read, and make no difference.
  if (request->limits) request->options = read_options(arguments, most);
  request->weight = arguments.weight();
  if (request->weight > most) return too_heavy(most);
  return request;
}

void answer_limits(const sdbus::MethodCall& call, const Values& in_force, const wire::Skipped& skipped) {
  sdbus::MethodReply reply = call.createReply();
  sd_bus_message* const message = raw_message(reply);
  open(message, 'a', "{sv}");
  for (const auto& [limit, value] : in_force) append(message, *limit, value);
  if (!skipped.empty()) append(message, skipped);
  close(message);
  reply.send();
}

}  // namespace cgroupd
