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
expect_equal memory.max 268435456 "$(cat "$own/memory.max")"
expect_equal pids.max 32 "$(cat "$own/pids.max")"
