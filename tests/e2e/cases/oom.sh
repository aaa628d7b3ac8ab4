# A command beyond its memory limit is killed, its neighbour is not.

start_resident neighbour --memory 64M

it 'exits 137 when the command was killed for its limit, and says so'
try cgctl run web --memory 32M --memory-swap-max 0 -- tail /dev/zero
expect_status 137
expect_one_line_on_stderr
expect_in_stderr 'web reached memory.max 32M' 'oom_kill 1'

it 'leaves the neighbour alone, in its cgroup'
expect_alive "$resident" 'the neighbour'
expect_file neighbour/cgroup.procs "$resident"
expect_key neighbour/memory.events oom_kill 0

it 'keeps the limit and counts the kill'
expect_file web/memory.max 33554432
expect_key web/memory.events oom_kill 1
try cgctl show web --json
expect_json '.events["memory.oom_kill"] == 1' \
    '.populated == false'

it 'exits 137 too when a child of the command was killed and a shell says so'
try cgctl run web -- sh -c 'tail /dev/zero; exit $?'
expect_status 137
expect_key web/memory.events oom_kill 2

it 'kills all of the cgroup at once with --oom-group'
start cgctl run group --memory 32M --memory-swap-max 0 --oom-group -- sh -c 'sleep 1000 & tail /dev/zero; sleep 1000'
is_empty() { first_word_of group/memory.max && read_file group/cgroup.procs && [ -z "$text" ] && key_of group/memory.events oom_group_kill && [ "$value" -ge 1 ]; }
eventually 'the whole group killed' 30 is_empty

it 'names the cgroup whose limit it was, when that is above'
cgctl -q create above --memory 24M --memory-swap-max 0
try cgctl run above/between/here --memory 512M -- tail /dev/zero
expect_status 137
expect_one_line_on_stderr
expect_in_stderr 'killed: above reached memory.max 24M'
