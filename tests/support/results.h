// Asserting on Result<T>, and showing what is in one.
#pragma once

#include <ostream>

#include <gtest/gtest.h>

#include "model/result.h"

namespace cgroupd {

inline void PrintTo(const Error& error, std::ostream* out) {
  *out << error_name(error.code) << ": " << error.text();
}

template <typename T>
testing::AssertionResult succeeded(const Result<T>& result) {
  if (result) return testing::AssertionSuccess();
  return testing::AssertionFailure() << error_name(result.error().code) << " (errno " << result.error().errno_value
                                     << "): " << result.error().text();
}

template <typename T>
testing::AssertionResult failed_with(const Result<T>& result, ErrorCode code) {
  if (result) return testing::AssertionFailure() << "succeeded, " << error_name(code) << " expected";
  if (result.error().code == code) return testing::AssertionSuccess();
  return testing::AssertionFailure() << error_name(result.error().code) << ": " << result.error().text() << "; "
                                     << error_name(code) << " expected";
}

template <typename T>
testing::AssertionResult failed_with_errno(const Result<T>& result, int error) {
  if (result) return testing::AssertionFailure() << "succeeded, errno " << error << " expected";
  if (result.error().errno_value == error) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "errno " << result.error().errno_value << ": " << result.error().text()
                                     << "; errno " << error << " expected";
}

}  // namespace cgroupd

#define ASSERT_OK(expression) ASSERT_TRUE(::cgroupd::succeeded(expression))
#define EXPECT_OK(expression) EXPECT_TRUE(::cgroupd::succeeded(expression))
