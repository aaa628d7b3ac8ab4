# The daemon comes and goes; workloads and limits stay.

started_as=$(daemon_pid)
cgctl -q create web --memory 64M --pids-limit 20 --cpus 0.5 || it 'cannot begin'
start_resident web
before=$(snapshot)

# The same workload in the same cgroup below the same limits.
expect_untouched() {
    expect_alive "$resident" 'the workload'
    expect_file web/cgroup.procs "$resident"
    expect_unchanged "$before"
}

replaced() { # PID
    new=$(daemon_pid)
    [ -n "$new" ] && [ "$new" != 0 ] && [ "$new" != "$1" ] && alive "$new"
}

it 'belongs to the user and has no privilege'
for line in "Uid:$(printf '\t%s' $(id -u) $(id -u) $(id -u) $(id -u))" "CapEff:$(printf '\t')0000000000000000" "CapPrm:$(printf '\t')0000000000000000"; do
    expect "'$line' of the daemon" grep -qx "$line" "/proc/$started_as/status"
done

it 'has no helper that runs as root'
expect_equal 'the owners of cgroupd processes' "$(id -un)" "$(ps -eo user:32,comm | awk '$2 ~ /^cgroupd/ { print $1 }' | sort -u)"

it 'makes cgroups that belong to the user'
expect_equal 'the owners of web and its files' "$(id -un)" "$(stat -c %U "$root/web" "$root"/web/* | sort -u)"

it 'refuses to be the second on the bus'
try cgroupd --root "$root" --config "$config"
expect_status 1
expect_in_stderr org.cgroupd1 'another cgroupd'
expect_untouched
try cgctl list
expect_status 0

it 'stops within 5 seconds'
clock
begin=$now
daemon_stop
clock
expect "less than 5 s, found $(((now - begin) * 10)) ms" [ $((now - begin)) -lt 500 ]
eventually 'its process gone' 1 gone "$started_as"

it 'leaves the workload and its limits alone when it stops'
expect_untouched

it 'knows all cgroups when it comes back'
expect 'the daemon to start' daemon_start
expect_untouched
try cgctl list --json
expect_json '[.[].name] == ["web"] and .[0].limits["memory.max"] == 67108864'

it 'goes on setting limits'
try cgctl set web --memory 48M
expect_status 0
expect_file web/memory.max 50331648
try cgctl set web --memory 64M
expect_untouched

it 'leaves the workload and its limits alone when it is killed'
victim=$(daemon_pid)
kill -KILL "$victim"
if has_systemd; then
    eventually 'systemd to start it again' 20 replaced "$victim"
    systemctl --user start cgroupd
    daemon_pid >"$work/daemon.pid"
else
    eventually 'its process gone' 5 gone "$victim"
    expect 'the daemon to start' daemon_start
fi
expect_untouched
try cgctl show web --json
expect_json '.limits["memory.max"] == 67108864 and .populated'

it 'exits 3 without a bus, and says how to start it'
try cgctl --bus unix:path=/nonexistent list
expect_status 3
expect_one_line_on_stderr
expect_in_stderr /nonexistent 'cgroupd --bus ADDRESS'

it 'exits 3 when the daemon cannot be reached, and says how to start it'
keep_from_starting
try cgctl list
expect_status 3
expect_one_line_on_stderr
expect_in_stderr 'start cgroupd' 'cgroupd --root DIR'
try cgctl run web -- echo ran
expect_status 3
expect_stdout ''
let_start
expect_untouched

it 'refuses to manage what is not delegated, and says what to do'
try cgroupd --root /sys/fs/cgroup
expect_status 1
expect_in_stderr /sys/fs/cgroup 'Permission denied' cgroupd-tree.service chown
try cgroupd --root /nonexistent
expect_status 1
expect_in_stderr /nonexistent

it 'refuses options it does not know'
try cgroupd --bogus
expect_status 2
expect_one_line_on_stderr
expect_in_stderr --bogus
