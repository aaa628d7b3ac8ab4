// Every segment without PF_W, of every object that is loaded.
#include "start_up_pages.h"

#include <cstddef>

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace cgroupd {
namespace {

// dl_iterate_phdr(3) tells numbers.
void* in_memory(const dl_phdr_info& object, ElfW(Addr) address) {
  return reinterpret_cast<void*>(object.dlpi_addr + address);  // NOLINT(performance-no-int-to-ptr)
}

// Relocations in its code would be lost with it.
bool has_text_relocations(const dl_phdr_info& object) {
  for (ElfW(Half) i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = object.dlpi_phdr[i];
    if (header.p_type != PT_DYNAMIC) continue;
    for (const auto* entry = static_cast<const ElfW(Dyn)*>(in_memory(object, header.p_vaddr)); entry->d_tag != DT_NULL;
         ++entry) {
      if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0))
        return true;
    }
  }
  return false;
}

int hand_back(dl_phdr_info* object, std::size_t /*size*/, void* page_size) {
  if (has_text_relocations(*object)) return 0;
  const auto page = *static_cast<const std::size_t*>(page_size);
  for (ElfW(Half) i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = object->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) != 0) continue;
    const std::size_t before = header.p_vaddr % page;  // the mapping begins with its page
    ::madvise(in_memory(*object, header.p_vaddr - before), before + header.p_memsz, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void hand_back_start_up_pages() {
  auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  dl_iterate_phdr(hand_back, &page);
}

}  // namespace cgroupd
