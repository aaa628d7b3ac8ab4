# What is stated stays true in the face of the unlikely: nested cgroups, lost events, too few watches, callers that go away.
# needs: once

it 'reports, or adopts, what one cgroup says it should'
cgctl -q create loose --memory 64M --drift report
cgctl -q create lent --memory 64M --drift adopt
echo 1G >"$root/loose/memory.max"
echo 1G >"$root/lent/memory.max"
adopted() {
    cgctl show lent --json >"$work/lent" && jq -e '.desired["memory.max"].value == 1073741824' "$work/lent" >"$work/jq"
}
eventually 'the value found to be the one desired' 3 adopted
try cgctl show loose --json
expect_json '.limits["memory.max"] == 1073741824 and .desired["memory.max"].value == 67108864'
# Nobody wrote what a switched controller leaves behind, and what comes back begins anew.
echo '-memory' >"$root/cgroup.subtree_control"
within_a_second lent/memory.max 1073741824
rmdir "$root/loose"
mkdir "$root/loose"
within_a_second loose/memory.max 67108864

it 'mends nested cgroups when an inner level hands its controllers down no more'
cgctl -q create a/b/c --memory 64M --pids-limit 9 || problem 'expected create to succeed'
echo '-memory -pids' >"$root/a/b/cgroup.subtree_control"
within_a_second a/b/c/memory.max 67108864
within_a_second a/b/c/pids.max 9
echo '-memory' >"$root/a/b/cgroup.subtree_control"
echo '-memory' >"$root/a/cgroup.subtree_control"
within_a_second a/b/c/memory.max 67108864

it 'states limits again for a branch that was removed and made again at once'
rmdir "$root/a/b/c" "$root/a/b" "$root/a"
mkdir -p "$root/a/b/c"
within_a_second a/b/c/memory.max 67108864
within_a_second a/b/c/pids.max 9

it 'finds what was written while more happened than could be queued'
most=$(cat /proc/sys/fs/inotify/max_queued_events)
daemon=$(daemon_pid)
kill -STOP "$daemon"
n=0
# Two files in turn: the kernel merges equal neighbours.
while [ $n -le "$most" ]; do
    echo 7 >"$root/lent/pids.max"
    echo 100 >"$root/lent/cpu.weight"
    n=$((n + 2))
done
echo 2G >"$root/a/b/c/memory.max"
rmdir "$root/loose"
kill -CONT "$daemon"
eventually 'the limit again' 10 has_line a/b/c/memory.max 67108864

# Full pipes: the kernel cannot take them away, and memory.stat does not count them among what it cannot. So only time ends this.
it 'gives up a landing when whoever asked has gone, and puts memory.high back'
start cgctl run slow --memory 64M --memory-swap-max 0 -- python3 -c '
import os, time
pipes = [os.pipe() for _ in range(128)]
for _, end in pipes:
    os.write(end, bytes(65536))
os.write(1, b"full\n")
time.sleep(1000)'
eventually 'full pipes' 30 grep -q full "$work/background"
first_word_of slow/cgroup.procs
holder=$word
cgctl -q set slow --memory-high 60M
target=$(awk '/^(unevictable|slab_unreclaimable|kernel_stack|pagetables|percpu|sock|active_anon|inactive_anon) / { sum += $2 }
    END { print int(sum / 4096) * 4096 + 2621440 }' "$root/slow/memory.stat")
start cgctl set slow --memory "$target" --within 5m
asking=$started
squeezed() { first_word_of slow/memory.high && [ "$word" != 62914560 ]; }
eventually 'a squeeze' 10 squeezed
try cgctl list
expect_status 0
kill $asking
eventually 'memory.high as before' 10 has_line slow/memory.high 62914560
expect_alive "$holder" 'the workload'
cgctl -q set slow --pids-limit 50 || problem 'expected the next change to go through'

for signal in TERM KILL; do
    it "puts memory.high back when the daemon gets SIG$signal in the middle of a landing"
    start cgctl set slow --memory "$target" --within 5m
    eventually 'a squeeze' 10 squeezed
    daemon=$(daemon_pid)
    kill -$signal "$daemon"
    eventually 'its process gone' 15 gone "$daemon"
    daemon_start
    eventually 'memory.high as before' 5 has_line slow/memory.high 62914560
    expect_file slow/memory.max 67108864
    expect_alive "$holder" 'the workload'
    key_of slow/memory.events oom_kill
    expect_equal 'OOM kills' 0 "$value"
done
