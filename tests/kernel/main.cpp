// Runs the kernel tests where they can run, and nowhere else: a test that was skipped would look like one that passed.
#include <cstdio>

#include <gtest/gtest.h>

#include "kernel/real_world.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const bool only_listing = testing::FLAGS_gtest_list_tests;
  if (!only_listing) {
    const auto root = cgroupd::contract::claim_root();
    if (!root) {
      (void)std::fprintf(stderr, "kernel_tests: %s\n(tests/kernel/run starts them in a delegated cgroup)\n",
                         root.error().text().c_str());
      return 1;
    }
    (void)std::fprintf(stderr, "kernel_tests: in %s\n", root->c_str());
  }
  return RUN_ALL_TESTS();
}
