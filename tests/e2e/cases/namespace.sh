# In a rootless container with a cgroup namespace of its own: what begins there, and what ends there.
# needs: podman

it 'manages what is beneath it, as root of nothing but a user namespace'
expect_equal 'who we are' 0 "$(id -u)"
try cgctl create web --memory 64M --pids-limit 20 --cpus 0.5
expect_status 0
expect_file web/memory.max 67108864
expect_file web/pids.max 20
try cgctl run web -- cat /proc/self/cgroup
expect_stdout '0::/tree/web'
try cgctl run hog --memory 16M --memory-swap-max 0 -- tail /dev/zero
expect_status 137

it 'does not reach what belongs to whoever made the container'
before=$(cat /sys/fs/cgroup/memory.max)
try sh -c 'echo 100000000 >/sys/fs/cgroup/memory.max'
[ "$status" -ne 0 ] || problem 'expected the kernel to refuse'
expect_equal 'the limit of the container' "$before" "$(cat /sys/fs/cgroup/memory.max)"

it 'says which controllers end at its border, and skips them when told to'
if grep -qw cpuset /sys/fs/cgroup/cgroup.controllers; then problem 'expected no cpuset here'; fi
try cgctl create cs --memory 32M --cpuset-cpus 0
expect_status 1
expect_one_line_on_stderr
expect_in_stderr 'controller cpuset is not available at /sys/fs/cgroup, the top of the cgroup2 hierarchy as seen from here'
expect_no_cgroup cs
try cgctl create cs --memory 32M --cpuset-cpus 0 --on-missing skip
expect_status 0
expect_in_stderr 'cs: cpuset.cpus skipped: controller cpuset'
expect_file cs/memory.max 33554432

it 'moves processes between its cgroups'
start_resident web
try cgctl create other
try cgctl move other "$resident"
expect_status 0
expect_file other/cgroup.procs "$resident"

it 'tells doctor, too'
try cgctl doctor
expect_in_stdout 'ok     controller memory' 'ok     delegated root'
