// rapidcheck's properties as gtest cases.
#pragma once

#include <gtest/gtest.h>
// rapidcheck's header uses gtest without including it.
#include <rapidcheck/gtest.h>

namespace cgroupd {

/// What `generate` makes, not shrunk: taking a state of sixty values apart step by step takes minutes, and the failure
/// names what moved.
template <typename Generate>
auto drawn(Generate generate) {
  return *rc::gen::noShrink(rc::gen::exec(generate));
}

}  // namespace cgroupd
