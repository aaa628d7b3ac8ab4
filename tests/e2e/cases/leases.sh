# A limit with an end: it ends on time, whatever happens to the daemon.
# needs: once-a-kernel

cgctl -q create web --pids-limit 10 --memory 64M || it 'cannot begin'
start_resident web

boot_ms() {
    clock
    ms=$((now * 10))
}

it 'ends on time across a SIGKILL of the daemon'
boot_ms
begin=$ms
try cgctl set web --pids-limit 50 --for 4s
expect_status 0
expect_file web/pids.max 50
victim=$(daemon_pid)
kill -KILL "$victim"
wait_until 5 gone "$victim"
daemon_start
boot_ms
# A busy machine may take longer than that to start it again; then it is over at the start.
restarted=$((ms - begin)) latest=5500
[ $restarted -ge 3900 ] || expect_file web/pids.max 50
[ $restarted -le 4000 ] || latest=$((restarted + 1500))
eventually 'the old limit again' 8 has_line web/pids.max 10
boot_ms
took=$((ms - begin))
expect "an end after 4 s, found after $took ms" [ $took -ge 3900 ] && [ $took -le $latest ]

it 'shows the end and what will be true afterwards'
try cgctl set web --cpus 2 --for 10m
try cgctl show web --json
expect_json '.desired["cpu.max"] | .origin == "lease" and .value.quota_us == 200000 and .afterwards.quota_us == "max" and (.ends | endswith("Z"))'
try cgctl show web
expect_in_stdout lease 'then'
try cgctl unset web cpu.max

it 'ends while the daemon is down'
try cgctl set web --pids-limit 50 --for 1s
keep_from_starting
sleep 1.2
let_start
eventually 'the old limit again' 2 has_line web/pids.max 10

it 'lets leases lie on each other'
try cgctl set web --pids-limit 20 --for 6s
try cgctl set web --pids-limit 30 --for 2s
expect_file web/pids.max 30
eventually 'the one beneath' 4 has_line web/pids.max 20
eventually 'what was there before' 8 has_line web/pids.max 10

it 'defends a lease against others as it does any limit'
try cgctl set web --pids-limit 40 --for 1m
echo 7 >"$root/web/pids.max"
within_a_second web/pids.max 40
try cgctl set web --pids-limit 10
expect_file web/pids.max 10

it 'refuses what is no duration'
for time in 0 -1 10x soon ''; do
    try cgctl set web --pids-limit 9 --for "$time"
    expect_status 2
    expect_in_stderr --for
done
expect_file web/pids.max 10
