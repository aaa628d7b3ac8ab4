// A loop around one call of the library.
#include "metrics/gzip.h"

#include <array>
#include <cstddef>

#include <isa-l/igzip_lib.h>

namespace cgroupd {

struct Gzip::State {
  isal_zstream stream;
  std::array<std::uint8_t, ISAL_DEF_LVL1_SMALL> table;
  // Not into the string itself, which would first have to be filled with as many zeros.
  std::array<std::uint8_t, std::size_t{64} * 1024> packed;
};

Gzip::Gzip() : state_(new State) {}

// All of it anew: isal_deflate_reset() leaves a second member without its beginning.
void Gzip::begin(std::string& out) {
  isal_zstream& stream = state_->stream;
  isal_deflate_init(&stream);
  stream.level = 1;
  stream.level_buf = state_->table.data();
  stream.level_buf_size = static_cast<std::uint32_t>(state_->table.size());
  stream.gzip_flag = IGZIP_GZIP;
  out_ = &out;
}

void Gzip::append(std::string_view text) {
  pack(text, false);
}

void Gzip::end() {
  pack({}, true);
}

// It fails only for parameters that it does not know, and these are always the same.
void Gzip::pack(std::string_view text, bool is_last) {
  isal_zstream& stream = state_->stream;
  stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));  // reads it only
  stream.avail_in = static_cast<std::uint32_t>(text.size());
  stream.end_of_stream = is_last ? 1 : 0;
  do {
    stream.next_out = state_->packed.data();
    stream.avail_out = static_cast<std::uint32_t>(state_->packed.size());
    isal_deflate(&stream);
    out_->append(reinterpret_cast<const char*>(state_->packed.data()), state_->packed.size() - stream.avail_out);
  } while (stream.avail_out == 0);
}

void Gzip::Free::operator()(State* state) const {
  delete state;
}

}  // namespace cgroupd
