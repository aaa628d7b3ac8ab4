// cgctl: the composition root.
#include <cerrno>
#include <cstring>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "cgroupfs/host.h"
#include "client/device.h"
#include "client/exit_status.h"
#include "client/machine.h"
#include "client/program.h"
#include "client/ssh.h"

namespace {

// A socket that got the number of a closed standard stream would be written to as if it were that stream. Standard
// output is opened for reading, so that writing to it fails and is told.
void keep_standard_streams_taken() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) == -1 && errno == EBADF) {
      // The lowest free number is `fd`, as all below it are taken by now.
      static_cast<void>(::open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    keep_standard_streams_taken();
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    const cgroupd::client::Surroundings world = {
        .out = std::cout,
        .err = std::cerr,
        .style = cgroupd::client::style_of_terminal(),
        .is_root = cgroupd::is_root_of_the_machine(),
        .has_terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1,
        .connect = cgroupd::client::make_manager_bus,
        .resolve_device = cgroupd::client::resolve_device,
        .become = cgroupd::client::become,
        .machine = cgroupd::client::this_machine()};
    const int status = cgroupd::client::run_program(arguments, world);
    errno = 0;
    std::cout.flush();
    if (std::cout) return status;
    std::cerr << "cgctl: cannot write the answer: " << (errno != 0 ? std::strerror(errno) : "standard output is closed")
              << '\n';
    return cgroupd::client::exit_refused;
  } catch (const std::exception& error) {
    std::cerr << "cgctl: " << error.what() << '\n';
    return cgroupd::client::exit_refused;
  }
}
