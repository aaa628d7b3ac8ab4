# What systemd and D-Bus do with the daemon's units.
# needs: systemd

it 'starts by the bus when it is asked for'
daemon_stop
try cgctl create web --memory 64M
expect_status 0
expect_file web/memory.max 67108864
daemon_pid >"$work/daemon.pid"
expect 'the unit to be active' systemctl --user --quiet is-active cgroupd

it 'says what it does in the status line'
try systemctl --user show --value -P StatusText cgroupd
expect_in_stdout "$root"

it 'leaves workloads alone over a restart of its unit'
start_resident web
before=$(snapshot)
try systemctl --user restart cgroupd
expect_status 0
daemon_pid >"$work/daemon.pid"
expect_unchanged "$before"
expect_alive "$resident" 'the workload'

it 'leaves workloads and limits alone over daemon-reload and daemon-reexec'
systemctl --user daemon-reload
expect_unchanged "$before"
systemctl --user daemon-reexec
eventually 'the user manager to answer' 20 systemctl --user --quiet is-active cgroupd-tree
expect_unchanged "$before"
expect_alive "$resident" 'the workload'
try cgctl set web --pids-limit 30
expect_status 0
expect_file web/pids.max 30

it 'holds the tree in a unit of its own, with a process of its own in a leaf'
expect_equal 'the cgroup of the tree' "${root#/sys/fs/cgroup}" "$(systemctl --user show --value -P ControlGroup cgroupd-tree)"
expect_file supervisor/cgroup.procs "$(systemctl --user show --value -P MainPID cgroupd-tree)"

it 'keeps the tree when something in it was killed for memory'
try cgctl run hog --memory 16M --memory-swap-max 0 -- tail /dev/zero
expect_status 137
expect 'the tree to be active' systemctl --user --quiet is-active cgroupd-tree
expect_alive "$resident" 'the workload'

it 'stays stopped when a command in a cgroup ends'
daemon_stop
kill "$resident"
wait "$started"
expect 'the daemon to be stopped still' [ "$(systemctl --user show --value -P ActiveState cgroupd)" = inactive ]

it 'says at once that a daemon with a faulty configuration does not start'
printf '[defaults]\nmemory = 64Q\n' >"$config"
try timeout 20 cgctl list
expect_status 3
expect_one_line_on_stderr
expect_in_stderr 'cgroupd does not start' 'configuration has faults' 'systemctl --user status cgroupd'
: >"$config"
daemon_restart

it 'makes its cgroups again when their tree has died under it'
cgctl -q create again --memory 48M
systemctl --user kill --signal KILL cgroupd-tree
eventually 'the tree to be gone' 20 tree_is_gone
daemon_is_down() { [ "$(systemctl --user show --value -P ActiveState cgroupd)" = inactive ]; }
eventually 'the daemon to have ended with it' 20 daemon_is_down
daemon_start
expect_file again/memory.max 50331648
