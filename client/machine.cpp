// Clock, users and signals as the system has them.
#include "client/machine.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

#include <pwd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace cgroupd::client {
namespace {

std::chrono::microseconds now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch());
}

std::string user_name(std::uint32_t uid) {
  passwd entry = {};
  passwd* found = nullptr;
  std::array<char, 16384> buffer{};  // more than any directory service's usual entry
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return std::to_string(uid);
  }
  return found->pw_name;
}

Result<Descriptor> interrupts() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  if (::sigprocmask(SIG_BLOCK, &signals, nullptr) == 0) {
    Descriptor descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (descriptor) return descriptor;
  }
  const int error = errno;
  return fail(ErrorCode::failed, std::string("cannot wait for signals: ") + std::strerror(error), {}, error);
}

}  // namespace

Machine this_machine() {
  return {.now = now, .user_name = user_name, .interrupts = interrupts, .input = STDIN_FILENO};
}

}  // namespace cgroupd::client
