// The other side of gzip, by another library than packs.
#pragma once

#include <string>

#include <zlib.h>

namespace cgroupd {

/// What one gzip member holds, up to 4 MiB; a sentence when `packed` is not exactly one.
inline std::string gunzip(std::string packed) {
  z_stream stream = {};
  constexpr int gzip_only = 16;
  inflateInit2(&stream, MAX_WBITS + gzip_only);
  std::string text(std::size_t{4} << 20U, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int ended = inflate(&stream, Z_FINISH);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return ended == Z_STREAM_END && stream.avail_in == 0 ? text : "not one whole gzip member";
}

}  // namespace cgroupd
