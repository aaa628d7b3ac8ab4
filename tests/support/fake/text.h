// The kernel's own text parsers, with their quirks.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "support/fake/machine.h"

namespace cgroupd::fake {

/// strstrip(): no white space at either end.
std::string_view stripped(std::string_view text);

/// kstrtoull() with base 0: hex and octal prefixes, one trailing newline; EINVAL or ERANGE.
tl::expected<std::uint64_t, int> kstrtoull(std::string_view text);
/// kstrtoint() with base 0.
tl::expected<std::int64_t, int> kstrtoint(std::string_view text);

/// page_counter_memparse(): a blank text is 0, K/M/G/T/P/E shift, hex and octal are read, pages round down.
tl::expected<std::uint64_t, int> page_counter_memparse(std::string_view text, std::string_view max);

/// sscanf("%llu"): leading blanks, then decimal digits; what follows stays in `text`. False without a digit.
bool scan_number(std::string_view& text, std::uint64_t& number);

/// bitmap_parselist() for ids below `count`: ERANGE for one beyond, EINVAL for what is no list.
tl::expected<std::set<std::uint64_t>, int> parse_list(std::string_view text, std::uint64_t count);
std::string print_list(const std::set<std::uint64_t>& ids);

std::vector<std::string_view> words_of(std::string_view text);

/// "key value" lines in the given order; a key that has not been counted reads 0.
std::string flat_keyed(const Counters& counters, std::initializer_list<std::string_view> keys);

std::string line(std::uint64_t number);
std::string max_or(std::uint64_t number, std::uint64_t unlimited);

}  // namespace cgroupd::fake
