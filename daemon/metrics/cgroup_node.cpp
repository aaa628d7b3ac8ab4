// The mark of another user's daemon.
#include "metrics/cgroup_node.h"

#include <utility>

#include "runtimes/mark.h"

namespace cgroupd {

void read_mark(CgroupNode& cgroup) {
  std::string mark = cgroup.reader->attribute(std::string(container_mark), longest_mark).value_or(std::string());
  if (mark == cgroup.mark) return;
  Container container = read_mark(mark);
  // What kind of container it is, the directory tells.
  if (cgroup.container && !cgroup.container->id.empty()) {
    container.runtime = cgroup.container->runtime;
    container.id = cgroup.container->id;
  }
  cgroup.container = std::make_shared<const Container>(std::move(container));
  cgroup.mark = std::move(mark);
  cgroup.info.clear();
}

}  // namespace cgroupd
