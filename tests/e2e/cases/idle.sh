# Nobody asks and nothing happens: the daemon sleeps.
# needs: once

# What a flood of hostile scrapes has left in the allocator is not what it needs for this.
daemon_restart
set --
n=0
while [ $n -lt 100 ]; do
    n=$((n + 1))
    set -- "$@" "i$n"
done
for name in "$@"; do
    cgctl -q create "$name" --memory 64M
done

switches() {
    total=0
    for status_file in "/proc/$(daemon_pid)"/task/*/status; do
        while read -r key number; do
            case $key in *ctxt_switches:) total=$((total + number)) ;; esac
        done <"$status_file"
    done
}
settled() {
    before=$total
    switches
    [ "$before" = "$total" ]
}

# Nothing that has happened, and nothing that is still to come, keeps it awake.
cgctl -q set i1 --pids-limit 9 --for 1h || problem 'expected a lease'
cgctl -q set i2 --cpus 0.5 --runtime || problem 'expected a limit'
echo max >"$root/i3/memory.max"
curl -s http://127.0.0.1:9753/metrics >"$work/scrape" || problem 'expected a scrape'

it 'makes no context switch in 30 s with 100 cgroups, after repairs and scrapes, with a lease that is still to end'
expect_file i3/memory.max 67108864
expect 'a scrape' grep -q '^cgroup_memory_current_bytes' "$work/scrape"
switches
eventually 'it to have finished its work' 10 settled
sleep 30
before=$total
switches
expect_equal 'context switches' "$before" "$total"

# (As the rollup counts it: VmRSS lags behind.)
it 'needs no more than 12 MB for them, all counted'
while read -r key number unit; do
    [ "$key" != Rss: ] || resident=$number
done <"/proc/$(daemon_pid)/smaps_rollup"
expect "at most 11718 KiB (12 MB) resident, found $resident" [ "$resident" -le 11718 ]
echo "# $resident KiB resident"
