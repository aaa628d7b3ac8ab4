// A client that means no good: calls whatever the daemon's introspection offers with arguments that fit, nearly fit, or
// do not.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <sys/types.h>
#include <systemd/sd-bus.h>

namespace cgroupd::hostile {

struct Method {
  std::string interface, name;
  std::vector<std::pair<std::string, std::string>> arguments;  ///< name and type of those that go in
};

/// What an Introspect answer says.
std::vector<Method> methods_in(const std::string& xml);

/// What the arguments are made of.
struct Ammunition {
  std::vector<std::string> names;   ///< of cgroups, so that some of the calls do something
  std::vector<std::uint32_t> pids;  ///< that may be moved, or refused
  std::vector<int> descriptors;     ///< pidfds, and what is none
  std::vector<std::string> limits;  ///< interface files
};

struct CloseBus {
  void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, CloseBus>;

/// A connection of its own to the session's bus; empty when there is none.
Bus open_bus();

/// The answer of org.cgroupd1's Introspect; "" when it does not answer.
std::string introspect(sd_bus* bus);

/// Microseconds until Peer.Ping is answered; none after `most_usec`.
std::optional<std::uint64_t> ping(sd_bus* bus, std::uint64_t most_usec);
/// The same of the bus itself, which everything goes through.
std::optional<std::uint64_t> ping_the_bus(sd_bus* bus, std::uint64_t most_usec);

struct Tally {
  std::uint64_t calls = 0, answers = 0, errors = 0, unanswered = 0;
  std::map<std::string, std::uint64_t> slowest;  ///< µs, by method
  std::vector<std::string> bad;  ///< error answers without a name of ours or the bus's, or without a text
};

class Client {
 public:
  Client(const std::vector<Method>& methods, const Ammunition& ammunition, std::uint64_t seed)
      : methods_(methods), ammunition_(ammunition), random_(seed) {}

  /// From now on a message is no longer than about that many bytes; at first it is as long as it happens to be.
  void say_at_most(std::size_t bytes) { longest_ = bytes; }

  /// One call, and its answer. False when the bus is gone.
  bool call(sd_bus* bus, Tally& tally);
  /// Many calls whose answers are never read; then the connection is dropped.
  void flood(std::size_t count, Tally& tally);

 private:
  bool append(sd_bus_message* message, const std::string& type, const std::string& argument, int depth);
  bool append_text(sd_bus_message* message, const std::string& argument);
  bool append_array(sd_bus_message* message, const std::string& element, const std::string& argument, int depth);
  bool append_dictionary(sd_bus_message* message, const std::string& argument, int depth);
  bool append_variant(sd_bus_message* message, const std::string& key, int depth);
  sd_bus_message* make(sd_bus* bus);
  std::string text(const std::string& argument);
  std::uint64_t number();
  std::size_t upto(std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most - 1)(random_); }
  bool has_said_enough() const { return longest_ && said_ >= *longest_; }
  bool one_in(std::size_t n) { return upto(n) == 0; }
  template <typename T>
  const T& any(const std::vector<T>& of) {
    return of.at(upto(of.size()));
  }

  const std::vector<Method>& methods_;
  const Ammunition& ammunition_;
  std::mt19937_64 random_;
  std::optional<std::size_t> longest_;
  std::size_t said_ = 0;  ///< bytes of this message, or so
};

}  // namespace cgroupd::hostile
