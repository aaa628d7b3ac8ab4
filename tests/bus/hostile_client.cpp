// Types from the introspection, values from a bag of nasty ones.
#include "bus/hostile_client.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <limits>
#include <optional>

namespace cgroupd::hostile {
namespace {

constexpr const char* service = "org.cgroupd1";
constexpr const char* object = "/org/cgroupd1";
constexpr int deepest = 6;
// What is never answered is found out in the end; a machine that is starved, and has all the others' calls to answer
// first, must not look like that.
constexpr std::uint64_t call_timeout = 300'000'000;

std::string attribute(std::string_view tag, std::string_view name) {
  const std::string begin = std::string(name) + "=\"";
  const auto at = tag.find(begin);
  if (at == std::string_view::npos) return {};
  const auto from = at + begin.size();
  return std::string(tag.substr(from, tag.find('"', from) - from));
}

// The end of the first complete type in `types`.
std::size_t first_type(const std::string& types) {
  int open = 0;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const char c = types[i];
    if (c == 'a') continue;
    if (c == '(' || c == '{') ++open;
    if (c == ')' || c == '}') --open;
    if (open == 0) return i + 1;
  }
  return types.size();
}

const std::vector<std::string>& nasty_texts() {
  static const std::vector<std::string> all = {"",
                                               "/",
                                               ".",
                                               "..",
                                               "../..",
                                               "a/../../b",
                                               "a//b",
                                               "/sys/fs/cgroup",
                                               "supervisor",
                                               "supervisor/x",
                                               "cgroup.procs",
                                               "memory.max",
                                               "%s%n%x",
                                               "a\nb",
                                               "a\tb",
                                               "\x1b[31mred",
                                               "\xc3\xbc\xe2\x82\xac",
                                               "-1",
                                               "0",
                                               "max",
                                               "1",
                                               "512M",
                                               "64Q",
                                               "50%",
                                               "101%",
                                               "-5%",
                                               "1e9",
                                               "0x10",
                                               "18446744073709551615",
                                               "18446744073709551616",
                                               "99999999999999999999999999999999",
                                               "quota=1 period=0",
                                               "50000 100000",
                                               "max 0",
                                               "8:0 rbps=1M",
                                               "8:0 rbps=max,8:0 wiops=0",
                                               "0-3,7",
                                               "0-4294967295",
                                               "3-1",
                                               ",",
                                               "yes",
                                               "refuse",
                                               "skip",
                                               "repair",
                                               "adopt",
                                               "'; rm -rf /",
                                               "$(reboot)"};
  return all;
}

// Words that options and queries are made of, with wrong types as often as not.
const std::vector<std::string>& option_words() {
  static const std::vector<std::string> all = {"if_absent", "runtime", "drift",       "on_missing", "plan",
                                               "force",     "prune",   "within_usec", "lease_usec", "kill",
                                               "name",      "before",  "most",        "profile"};
  return all;
}

}  // namespace

std::vector<Method> methods_in(const std::string& xml) {
  std::vector<Method> methods;
  std::string interface;
  for (std::size_t at = xml.find('<'); at != std::string::npos; at = xml.find('<', at + 1)) {
    const std::string_view tag = std::string_view(xml).substr(at, xml.find('>', at) - at);
    if (tag.starts_with("<interface")) interface = attribute(tag, "name");
    if (tag.starts_with("<method"))
      methods.push_back({.interface = interface, .name = attribute(tag, "name"), .arguments = {}});
    if (tag.starts_with("<arg") && attribute(tag, "direction") == "in" && !methods.empty())
      methods.back().arguments.emplace_back(attribute(tag, "name"), attribute(tag, "type"));
  }
  return methods;
}

Bus open_bus() {
  sd_bus* bus = nullptr;
  if (sd_bus_open_user(&bus) < 0) return nullptr;
  return Bus(bus);
}

std::string introspect(sd_bus* bus) {
  sd_bus_message* reply = nullptr;
  std::string xml;
  if (sd_bus_call_method(bus, service, object, "org.freedesktop.DBus.Introspectable", "Introspect", nullptr, &reply,
                         "") >= 0) {
    const char* text = nullptr;
    if (sd_bus_message_read(reply, "s", &text) >= 0) xml = text;
  }
  sd_bus_message_unref(reply);
  return xml;
}

namespace {

std::optional<std::uint64_t> ping_at(sd_bus* bus, const char* name, const char* path, std::uint64_t most_usec) {
  sd_bus_message* message = nullptr;
  if (sd_bus_message_new_method_call(bus, &message, name, path, "org.freedesktop.DBus.Peer", "Ping") < 0)
    return std::nullopt;
  const auto begin = std::chrono::steady_clock::now();
  sd_bus_message* reply = nullptr;
  const int result = sd_bus_call(bus, message, most_usec, nullptr, &reply);
  const auto took = std::chrono::steady_clock::now() - begin;
  sd_bus_message_unref(message);
  sd_bus_message_unref(reply);
  if (result < 0) return std::nullopt;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
}

}  // namespace

std::optional<std::uint64_t> ping(sd_bus* bus, std::uint64_t most_usec) {
  return ping_at(bus, service, object, most_usec);
}

std::optional<std::uint64_t> ping_the_bus(sd_bus* bus, std::uint64_t most_usec) {
  return ping_at(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", most_usec);
}

std::uint64_t Client::number() {
  constexpr std::array<std::uint64_t, 16> edges = {0,
                                                   1,
                                                   2,
                                                   100,
                                                   1000,
                                                   4095,
                                                   4096,
                                                   65'536,
                                                   1'000'000,
                                                   std::uint64_t{1} << 26U,
                                                   std::uint64_t{1} << 31U,
                                                   (std::uint64_t{1} << 32U) - 1,
                                                   std::uint64_t{1} << 32U,
                                                   std::uint64_t{1} << 40U,
                                                   std::numeric_limits<std::int64_t>::max(),
                                                   std::numeric_limits<std::uint64_t>::max()};
  return one_in(4) ? random_() : edges.at(upto(edges.size()));
}

std::string Client::text(const std::string& argument) {
  if (argument == "name" && !one_in(3)) return any(ammunition_.names);
  if (argument == "limits" && !one_in(4)) return any(ammunition_.limits);
  if (!has_said_enough() && one_in(200)) return std::string(upto(200'000), 'x');
  if (one_in(10)) return any(ammunition_.names) + "/" + any(nasty_texts());
  if (one_in(8)) return any(ammunition_.names);
  if (one_in(8)) return any(ammunition_.limits);
  return any(nasty_texts());
}

bool Client::append_text(sd_bus_message* message, const std::string& argument) {
  const std::string said = text(argument);
  said_ += said.size();
  return sd_bus_message_append_basic(message, 's', said.c_str()) >= 0;
}

bool Client::append_variant(sd_bus_message* message, const std::string& key, int depth) {
  static const std::vector<std::string> types = {"t", "t", "s", "s", "s",  "b",     "(tt)", "u",    "i",   "x",
                                                 "y", "q", "n", "d", "as", "a{sv}", "v",    "(sv)", "aay", "g"};
  static const std::vector<std::string> flat = {"t", "s", "b"};
  const std::string type = any(depth > deepest ? flat : types);
  return sd_bus_message_open_container(message, 'v', type.c_str()) >= 0 && append(message, type, key, depth + 1) &&
         sd_bus_message_close_container(message) >= 0;
}

bool Client::append_dictionary(sd_bus_message* message, const std::string& argument, int depth) {
  const bool is_limits = argument == "limits" || argument == "changes";
  const std::size_t count = one_in(60) ? upto(2000) : upto(4);
  for (std::size_t i = 0; i < count && !has_said_enough(); ++i) {
    std::string key = is_limits ? any(ammunition_.limits) : any(option_words());
    if (one_in(6)) key = text("");
    if (count > 4) key += std::to_string(i);
    said_ += key.size() + 8;
    if (sd_bus_message_open_container(message, 'e', "sv") < 0 ||
        sd_bus_message_append_basic(message, 's', key.c_str()) < 0 || !append_variant(message, key, depth + 1) ||
        sd_bus_message_close_container(message) < 0)
      return false;
  }
  return true;
}

bool Client::append_array(sd_bus_message* message, const std::string& element, const std::string& argument, int depth) {
  if (sd_bus_message_open_container(message, 'a', element.c_str()) < 0) return false;
  if (element == "{sv}") {
    if (!append_dictionary(message, argument, depth)) return false;
    return sd_bus_message_close_container(message) >= 0;
  }
  const bool is_big = one_in(80) && depth < 2 && element != "h";
  const std::size_t count = is_big ? upto(20'000) : upto(5);
  for (std::size_t i = 0; i < count && !has_said_enough(); ++i) {
    said_ += 4;
    if (!append(message, element, argument, depth + 1)) return false;
  }
  return sd_bus_message_close_container(message) >= 0;
}

bool Client::append(sd_bus_message* message, const std::string& type, const std::string& argument, int depth) {
  const char kind = type.at(0);
  switch (kind) {
    case 's':
      return append_text(message, argument);
    case 'o':
      return sd_bus_message_append_basic(message, 'o', one_in(2) ? "/" : object) >= 0;
    case 'g':
      return sd_bus_message_append_basic(message, 'g', "a{sv}") >= 0;
    case 'b': {
      const int flag = one_in(2) ? 1 : 0;
      return sd_bus_message_append_basic(message, 'b', &flag) >= 0;
    }
    case 'h': {
      const int fd = any(ammunition_.descriptors);
      return sd_bus_message_append_basic(message, 'h', &fd) >= 0;
    }
    case 'u': {
      const std::uint32_t value = argument == "pids" ? any(ammunition_.pids) : static_cast<std::uint32_t>(number());
      return sd_bus_message_append_basic(message, 'u', &value) >= 0;
    }
    case 'v':
      return append_variant(message, argument, depth);
    case 'a':
      return append_array(message, type.substr(1), argument, depth);
    case '(': {
      std::string inside = type.substr(1, type.size() - 2);
      if (sd_bus_message_open_container(message, 'r', inside.c_str()) < 0) return false;
      constexpr std::array parts = {"name", "limits", "options"};
      for (std::size_t i = 0; !inside.empty(); ++i) {
        const std::size_t end = first_type(inside);
        const bool is_cgroup = type == "(sa{sv}a{sv})";
        if (!append(message, inside.substr(0, end), is_cgroup ? parts.at(i) : argument, depth + 1)) return false;
        inside = inside.substr(end);
      }
      return sd_bus_message_close_container(message) >= 0;
    }
    default: {
      const std::uint64_t bits = number();  // every other basic type is some bytes of a number
      return sd_bus_message_append_basic(message, kind, &bits) >= 0;
    }
  }
}

sd_bus_message* Client::make(sd_bus* bus) {
  said_ = 0;
  const Method& method = any(methods_);
  sd_bus_message* message = nullptr;
  const std::string name = one_in(200) ? "NoSuchMethod" : method.name;
  if (sd_bus_message_new_method_call(bus, &message, service, object, method.interface.c_str(), name.c_str()) < 0)
    return nullptr;
  // Now and then one too few, one too many, or something else altogether.
  const bool is_short = one_in(40);
  bool is_whole = true;
  for (std::size_t i = 0; i < method.arguments.size() && is_whole; ++i) {
    if (is_short && i + 1 == method.arguments.size()) break;
    const auto& [argument, type] = method.arguments[i];
    is_whole = append(message, one_in(60) ? "a{sv}" : type, argument, 0);
  }
  if (is_whole && one_in(60)) is_whole = append(message, "v", "", 0);
  if (is_whole) return message;
  sd_bus_message_unref(message);
  return nullptr;
}

bool Client::call(sd_bus* bus, Tally& tally) {
  sd_bus_message* const message = make(bus);
  if (message == nullptr) return true;
  ++tally.calls;
  sd_bus_message* reply = nullptr;
  sd_bus_error error = {nullptr, nullptr, 0};
  const auto begin = std::chrono::steady_clock::now();
  const int result = sd_bus_call(bus, message, call_timeout, &error, &reply);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  auto& slowest = tally.slowest[sd_bus_message_get_member(message)];
  slowest = std::max(slowest, static_cast<std::uint64_t>(took.count()));
  const std::string_view name = error.name == nullptr ? "" : error.name;
  if (result >= 0) {
    ++tally.answers;
  } else if (name == "org.freedesktop.DBus.Error.NoReply" || name == "org.freedesktop.DBus.Error.ServiceUnknown" ||
             name == "org.freedesktop.DBus.Error.Timeout" || name.empty()) {
    ++tally.unanswered;
  } else {
    ++tally.errors;
    const bool is_ours = name.starts_with("org.cgroupd1.Error.");
    const bool is_named = is_ours || name.starts_with("org.freedesktop.DBus.Error.");
    constexpr std::size_t longest = 2000;  // what the bus library answers by itself repeats any name it was given
    const bool is_told = error.message != nullptr && std::strlen(error.message) > 3 &&
                         (!is_ours || std::strlen(error.message) < longest);
    constexpr std::size_t most_kept = 20;
    if ((!is_named || !is_told) && tally.bad.size() < most_kept)
      tally.bad.push_back(std::string(sd_bus_message_get_member(message)) + ": " + std::string(name) + ": " +
                          (error.message == nullptr ? "" : std::string(error.message).substr(0, 200)));
  }
  sd_bus_error_free(&error);
  sd_bus_message_unref(message);
  sd_bus_message_unref(reply);
  return sd_bus_is_open(bus) > 0;
}

void Client::flood(std::size_t count, Tally& tally) {
  const Bus bus = open_bus();
  for (std::size_t i = 0; bus && i < count; ++i) {
    sd_bus_message* const message = make(bus.get());
    if (message == nullptr) continue;
    std::uint64_t cookie = 0;
    if (sd_bus_send(bus.get(), message, &cookie) >= 0) ++tally.calls;
    sd_bus_message_unref(message);
  }
}

}  // namespace cgroupd::hostile
