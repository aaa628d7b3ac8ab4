// A sanitized daemon's realloc(3), which leaves a block of the right size where it is, as that of glibc does.
//
// AddressSanitizer's makes a new block each time and copies. sd-bus calls it for every piece of a message that comes,
// so one of 1 MiB was copied some dozens of times, which held up everybody for up to 100 ms. What is found stays the
// same: a block of the same size ends where it did.
#include <cstddef>

#include <malloc.h>

extern "C" void* realloc_of_the_sanitizer(void* block, std::size_t size) __asm__("__interceptor_realloc");

extern "C" __attribute__((visibility("default"))) void* realloc(void* block, std::size_t size) noexcept {
  if (block != nullptr && size != 0 && ::malloc_usable_size(block) == size) return block;
  return realloc_of_the_sanitizer(block, size);
}
