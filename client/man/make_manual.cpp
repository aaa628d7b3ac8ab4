// Fills in a manual page at build time: make_manual TEMPLATE PAGE.
#include <fstream>
#include <iostream>
#include <sstream>

#include "client/manual.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: make_manual TEMPLATE PAGE\n";
    return 2;
  }
  const std::ifstream in(argv[1]);
  std::ostringstream text;
  text << in.rdbuf();
  std::ofstream out(argv[2]);
  out << cgroupd::client::filled_manual(text.str()) << std::flush;
  if (in && out && !text.str().empty()) return 0;
  std::cerr << "make_manual: cannot make " << argv[2] << " from " << argv[1] << '\n';
  return 1;
}
