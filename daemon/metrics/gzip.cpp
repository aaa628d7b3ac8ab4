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
  const std::size_t before = out.size();
  out.resize(before + libdeflate_gzip_compress_bound(compressor_.get(), text.size()));
  const std::size_t packed =
      libdeflate_gzip_compress(compressor_.get(), text.data(), text.size(), out.data() + before, out.size() - before);
  out.resize(before + packed);
}

void Gzip::Free::operator()(libdeflate_compressor* compressor) const {
  libdeflate_free_compressor(compressor);
}

}  // namespace cgroupd
