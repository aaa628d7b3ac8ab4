# What the user's daemon may do, at most.
# needs: systemd

pid=$(daemon_pid)
status_of() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"; }

it 'has a system call filter, no capability, and cannot get one'
expect_equal Seccomp 2 "$(status_of Seccomp)"
expect_equal CapEff 0000000000000000 "$(status_of CapEff)"
expect_equal NoNewPrivs 1 "$(status_of NoNewPrivs)"

it 'is locked in by Landlock, where the kernel has it'
try cgctl doctor
expect_in_stdout 'system call filter, Landlock'

it 'is bounded itself'
own=/sys/fs/cgroup$(systemctl --user show --value -P ControlGroup cgroupd)
expect_equal memory.max 536870912 "$(cat "$own/memory.max")"
expect_equal pids.max 32 "$(cat "$own/pids.max")"

it 'can read a configuration that is put later where there was none'
daemon_stop
rm -r "${config%/*}"
daemon_start
printf '[defaults]\nmemory = 32M\n' >"$config"
try cgctl reload
expect_status 0
try cgctl create later
expect_file later/memory.max 33554432
: >"$config"
try cgctl reload
expect_status 0
