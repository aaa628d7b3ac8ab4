# Several limits at once: all or nothing.

cgctl -q create web --memory 64M --pids-limit 20 --cpus 0.5 || it 'cannot begin'

it 'changes nothing when a burst is above the quota'
before=$(snapshot)
try cgctl set web --memory 32M --cpu-burst 80ms
expect_status 1
expect_one_line_on_stderr
expect_in_stderr 'burst of 80000' 'quota of 50000'
expect_unchanged "$before"

it 'changes nothing when the quota goes below the burst'
try cgctl set web --cpu-burst 40ms
before=$(snapshot)
try cgctl set web --memory 32M --cpu-quota 20ms
expect_status 1
expect_one_line_on_stderr
expect_unchanged "$before"

it 'changes nothing when the last of several limits is wrong'
before=$(snapshot)
try cgctl set web --memory 32M --pids-limit 10 --cpu-weight 0
expect_status 2
expect_unchanged "$before"

it 'changes nothing when memory cannot go so low'
start cgctl run holder -- sh -c 'dd if=/dev/zero bs=24M count=1 2>/dev/null | sleep 1000'
holds_memory() { first_word_of holder/memory.current && [ "$word" -gt 25165824 ]; }
eventually '24M held in the cgroup holder' 20 holds_memory
try cgctl set holder --memory-swap-max 0
before=$(snapshot)
try cgctl set holder --pids-limit 50 --memory 8M
expect_status 1
expect_unchanged "$before"

it 'leaves nothing behind when a cgroup cannot be made as asked'
before=$(snapshot)
try cgctl create new/deep --memory 32M --cpus 0.1 --cpu-burst 90ms
expect_status 1
expect_one_line_on_stderr
expect_unchanged "$before"
