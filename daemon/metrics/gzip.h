// gzip through ISA-L: at its first level about as small as zlib's default, and an order of magnitude faster.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cgroupd {

/// Keeps what ISA-L needs (some 230 KB) from page to page. Not thread-safe.
class Gzip {
 public:
  Gzip();

  /// What is packed from now on goes to the end of `out`, as one gzip member. `out` must live until end(). A member
  /// that was begun before and not ended stays torn.
  void begin(std::string& out);
  /// One piece of what is packed, at most 4 GiB.
  void append(std::string_view text);
  void end();

 private:
  struct State;
  struct Free {
    void operator()(State* state) const;
  };
  void pack(std::string_view text, bool is_last);
  std::unique_ptr<State, Free> state_;
  std::string* out_ = nullptr;
};

}  // namespace cgroupd
