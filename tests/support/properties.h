// rapidcheck's properties as gtest cases.
#pragma once

#include <gtest/gtest.h>
// rapidcheck's header uses gtest without including it.
#include <rapidcheck/gtest.h>
