// Code that only the start needed.
#pragma once

namespace cgroupd {

/// Hands the pages of code and constants that are mapped so far back to the kernel: starting runs through most of every
/// library once (relocations, constructors, configuration, and the pages around each that the kernel maps with it), and
/// what is needed again comes back from the page cache with the next touch. Nothing that was written is touched.
/// Source: madvise(2), MADV_DONTNEED on private mappings of files.
void hand_back_start_up_pages();

}  // namespace cgroupd
