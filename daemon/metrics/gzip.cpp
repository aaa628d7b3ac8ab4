// One call of the library.
#include "metrics/gzip.h"

#include <libdeflate.h>

namespace cgroupd {

Result<Gzip> Gzip::make() {
  constexpr int fastest = 1;
  libdeflate_compressor* const compressor = libdeflate_alloc_compressor(fastest);
  if (compressor == nullptr) return fail(ErrorCode::failed, "cannot set up gzip: out of memory");
  return Gzip(compressor);
}

void Gzip::append(std::string& out, std::string_view text) {
  // Not into `out` itself, which would first have to be filled with as many zeros.
  const std::size_t most = libdeflate_gzip_compress_bound(compressor_.get(), text.size());
  if (most > room_) {
    packed_ = std::make_unique_for_overwrite<char[]>(most);  // NOLINT(*-avoid-c-arrays): a vector would be filled, too
    room_ = most;
  }
  out.append(packed_.get(),
             libdeflate_gzip_compress(compressor_.get(), text.data(), text.size(), packed_.get(), room_));
}

void Gzip::Free::operator()(libdeflate_compressor* compressor) const {
  libdeflate_free_compressor(compressor);
}

}  // namespace cgroupd
