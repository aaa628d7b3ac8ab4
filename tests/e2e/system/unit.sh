# The system pair: what it is allowed to do, and that everything works all the same.
# needs: systemd

pid=$(daemon_pid)
status_of() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"; }

it 'scores at most 0.6 in systemd-analyze security'
try systemd-analyze security --no-pager cgroupd.service
score=$(printf '%s\n' "$out" | sed -n 's/.*Overall exposure level for cgroupd.service: \([0-9.]*\) .*/\1/p')
echo "# exposure: $score"
expect "a score of at most 0.6, found '$score'" awk "BEGIN { exit !(\"$score\" != \"\" && $score <= 0.6) }"

it 'has no capability, no new privileges, a system call filter, and a user of its own'
for set in CapEff CapBnd CapPrm CapInh CapAmb; do
    expect_equal $set 0000000000000000 "$(status_of $set)"
done
expect_equal NoNewPrivs 1 "$(status_of NoNewPrivs)"
expect_equal Seccomp 2 "$(status_of Seccomp)"
expect_equal 'the user' cgroupd "$(stat -c %U "/proc/$pid")"

it 'is locked in by Landlock, where the kernel has it'
try cgctl doctor
expect_in_stdout 'system call filter, Landlock'

it 'knows which boot it is'
read -r boot </proc/sys/kernel/random/boot_id
eventually 'the boot in the state' 20 grep -aqF "$boot" /var/lib/cgroupd/state.db /var/lib/cgroupd/state.db-wal

it 'has no network but the socket handed over'
expect 'a network namespace of its own' [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/self/ns/net)" ]
try curl -sS -f http://127.0.0.1:9753/metrics
expect_status 0
expect_in_stdout 'cgroupd_build_info{version="'
try curl -sS -f --unix-socket /run/cgroupd/metrics.sock http://localhost/-/ready
expect_status 0

it 'creates, sets, unsets, shows, lists'
try cgctl create web --memory 64M --pids-limit 20 --cpus 0.5
expect_status 0
expect_file web/memory.max 67108864
try cgctl set web --memory 48M --cpuset-cpus 0
expect_status 0
expect_file web/memory.max 50331648
expect_file web/cpuset.cpus 0
try cgctl unset web cpuset-cpus
expect_status 0
try cgctl show web --json
expect_json '.name == "web" and .limits["memory.max"] == 50331648 and .limits["pids.max"] == 20'
try cgctl list --json
expect_json 'length == 1'
try cgctl tree
expect_status 0

it 'runs a command in a cgroup, with its limits'
try cgctl run web -- head -n 1 /proc/self/cgroup
expect_status 0
expect_stdout "0::${root#/sys/fs/cgroup}/web"
try cgctl run hog --memory 16M --memory-swap-max 0 -- tail /dev/zero
expect_status 137

it 'moves a process of root that the daemon itself may not move'
sleep 1000 &
pid_moved=$!
try cgctl move web $pid_moved
expect_status 0
expect_file web/cgroup.procs $pid_moved

it 'freezes, thaws, kills, removes'
try cgctl freeze web
expect_status 0
eventually 'web frozen' 10 has_line web/cgroup.events 'frozen 1'
try cgctl thaw web
expect_status 0
eventually 'web thawed' 10 has_line web/cgroup.events 'frozen 0'
try cgctl kill web
expect_status 0
eventually 'web empty' 10 has_line web/cgroup.events 'populated 0'
try cgctl remove web hog
expect_status 0
expect_no_cgroup web

it 'lowers memory softly'
start_resident web --memory 128M
try cgctl set web --memory 64M
expect_status 0
expect_file web/memory.max 67108864

ready() { cgctl list --json >"$work/list" 2>&1; }
it 'leaves workloads and limits alone when it is stopped, killed and restarted'
before=$(snapshot)
try systemctl restart cgroupd
expect_unchanged "$before"
expect_alive "$resident" 'the workload'
systemctl kill --signal KILL cgroupd
eventually 'the daemon to be back' 20 ready
daemon_pid >"$work/daemon.pid"
expect_unchanged "$before"
expect_alive "$resident" 'the workload'

it 'is restarted by the watchdog when its loop hangs'
grep -q '^WatchdogSec' /usr/lib/systemd/system/cgroupd.service || problem 'expected WatchdogSec= in the unit'
mkdir -p /run/systemd/system/cgroupd.service.d
printf '[Service]\nWatchdogSec=2s\n' >/run/systemd/system/cgroupd.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart cgroupd
hung=$(daemon_pid)
kill -STOP "$hung"
restarted() { now_pid=$(daemon_pid) && [ "$now_pid" != 0 ] && [ "$now_pid" != "$hung" ] && systemctl --quiet is-active cgroupd; }
eventually 'another daemon' 40 restarted
expect_unchanged "$before"
rm /run/systemd/system/cgroupd.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart cgroupd
daemon_pid >"$work/daemon.pid"

it 'is started by the bus when it is asked for'
daemon_stop
try cgctl set web --pids-limit 30
expect_status 0
expect_file web/pids.max 30
daemon_pid >"$work/daemon.pid"

it 'is started by a scrape, too'
daemon_stop
systemctl start cgroupd-metrics.socket
try curl -sS -f http://127.0.0.1:9753/-/healthy
expect_status 0
daemon_pid >"$work/daemon.pid"

it 'never runs as root'
try cgroupd --system
expect_status 1
expect_in_stderr 'never runs as root'
