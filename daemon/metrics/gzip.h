// gzip through libdeflate: at its first level smaller and several times faster than zlib's default.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "model/result.h"

struct libdeflate_compressor;

namespace cgroupd {

/// Keeps what libdeflate needs (some 100 KB) from page to page. Not thread-safe.
class Gzip {
 public:
  static Result<Gzip> make();

  /// Appends `text` as one gzip member. Members may follow each other (RFC 1952, 2.2), so that a page can be packed
  /// piece by piece.
  void append(std::string& out, std::string_view text);

 private:
  struct Free {
    void operator()(libdeflate_compressor* compressor) const;
  };
  explicit Gzip(libdeflate_compressor* compressor) : compressor_(compressor) {}
  std::unique_ptr<libdeflate_compressor, Free> compressor_;
  std::unique_ptr<char[]> packed_;  // NOLINT(*-avoid-c-arrays): what was packed last; written as far as it is used
  std::size_t room_ = 0;
};

}  // namespace cgroupd
