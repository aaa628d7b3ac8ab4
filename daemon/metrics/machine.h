// What the machine itself says, beside its cgroups: memory, and the network of a process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace cgroupd {

/// Of proc(5) meminfo, in bytes.
struct MachineMemory {
  std::uint64_t total = 0;
  std::uint64_t free = 0;
  std::uint64_t inactive_file = 0;
  std::uint64_t swap_used = 0;
};
MachineMemory parse_meminfo(std::string_view text);

/// Counters of an interface, since it came up.
struct NetworkInterface {
  std::string name;
  std::uint64_t receive_bytes = 0, receive_packets = 0, receive_errors = 0, receive_dropped = 0;
  std::uint64_t transmit_bytes = 0, transmit_packets = 0, transmit_errors = 0, transmit_dropped = 0;
};
/// proc(5) net/dev, without the loopback.
std::vector<NetworkInterface> parse_net_dev(std::string_view text);

MachineMemory read_machine_memory();
/// The interfaces `process` sees. None when it is gone, or sees the same network as we do: that is not its own.
std::vector<NetworkInterface> read_own_network(pid_t process);
/// The interfaces we see.
std::vector<NetworkInterface> read_our_network();

}  // namespace cgroupd
