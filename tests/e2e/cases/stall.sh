# A memory.high that nothing can get below stops its cgroup; that is noticed and lifted.
# needs: once-a-kernel

it 'lifts a memory.high that has stopped its cgroup, and says so'
busctl --user monitor --json=short org.cgroupd1 >"$work/signals" 2>/dev/null &
monitor=$!
cgctl -q create stuck --memory-swap-max 0
start cgctl run stuck -- sh -c 'dd if=/dev/zero bs=60M count=1 2>/dev/null | sleep 1000'
uses() { first_word_of "$1/memory.current" && [ "$word" -ge "$2" ]; }
eventually '60M held in the cgroup' 30 uses stuck 62914560
first_word_of stuck/cgroup.procs
holder=$word
cgctl -q set stuck --memory-high 40M
start cgctl run stuck -- sh -c 'while :; do dd if=/dev/zero bs=1M count=8 2>/dev/null | tail -c 1 >/dev/null; done'
eventually 'memory.high lifted' 90 has_line stuck/memory.high max
eventually 'a signal' 5 grep -q '"member":"Pressure"' "$work/signals"
kill $monitor
expect_alive "$holder" 'the workload'
try cgctl history stuck --json
expect_json '[.[] | select(.cause == "stall")] | length == 1'
try grep '"member":"Pressure"' "$work/signals"
expect_in_stdout stuck memory.high lifted
