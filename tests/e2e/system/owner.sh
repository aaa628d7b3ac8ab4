# What an owner on the system's daemon cannot do: reach processes, files and cgroups of others by what is hers.
# needs: systemd

printf '[budget eve]\nmemory = 100M\n' >"$config"
daemon_restart
read -r pid <"$work/daemon.pid"
eve() { try as_eve cgctl --system "$@"; }
cgctl -q create web --memory 64M
eve create mine --memory 60M
eve create mine/a

it 'lets her move no process that is not in a cgroup of hers, be it of root or the daemon itself'
sleep 1000 &
outside=$!
start_resident web
inside=$resident
stands_in() { read -r where <"/proc/$1/cgroup"; }
for process in $outside "$inside" "$pid" 1; do
    stands_in "$process"
    before=$where
    eve move mine/a "$process"
    expect_status 1
    expect_one_line_on_stderr
    expect_in_stderr "not authorized: eve may not move processes to 'mine/a'"
    stands_in "$process"
    expect_equal "where $process stands" "$before" "$where"
done
kill $outside
cgctl -q kill web
eve run mine/a -- true
expect_status 1
expect_in_stderr 'not authorized: eve may not move processes to'

it 'lets her move what root has started in a cgroup of hers'
start cgctl run mine/a -- setpriv --reuid eve --regid eve --init-groups sleep 1000
eventually 'a process in mine/a' 20 first_word_of mine/a/cgroup.procs
resident=$word
eve create mine/b
eve move mine/b "$resident"
expect_status 0
expect_file mine/b/cgroup.procs "$resident"

it 'says what keeps a process with capabilities where it is'
start_resident mine/c
eve move mine/b "$resident"
if has_line mine/b/cgroup.procs "$resident"; then
    expect_status 0
else
    expect_status 1
    expect_in_stderr 'has capabilities that cgroupd has not'
fi
cgctl -q remove --kill mine/c mine/b

it 'gives her a directory in which she can only look'
try as_eve python3 -c "
import ctypes, os, subprocess, sys
lib = ctypes.CDLL('libsystemd.so.0')
bus, reply, fd = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_int(-1)
assert lib.sd_bus_open_system(ctypes.byref(bus)) >= 0
assert lib.sd_bus_call_method(bus, b'org.cgroupd1', b'/org/cgroupd1', b'org.cgroupd1.Manager', b'OpenDirectory', None, ctypes.byref(reply), b's', b'mine') >= 0
assert lib.sd_bus_message_read(reply, b'h', ctypes.byref(fd)) >= 0
for name in ['memory.max', 'cgroup.procs', 'cgroup.subtree_control', 'cgroup.kill', '../web/memory.max']:
    try:
        os.open(name, os.O_WRONLY, dir_fd=fd.value)
        print('opened', name)
    except PermissionError:
        pass
for act in [lambda: os.mkdir('x', dir_fd=fd.value), lambda: os.rmdir('a', dir_fd=fd.value), lambda: os.fchmod(fd.value, 0o777), lambda: os.setxattr(fd.value, 'user.cgroupd.owner', b'1001')]:
    try:
        act()
        print('did', act)
    except PermissionError:
        pass
print('end')
"
expect_stdout end

it 'lets her neither prune nor undo what others did'
printf '[cgroup mine]\nmemory = 59M\n' >"$work/mine.conf"
chmod 755 "$work"
before=$(snapshot)
eve apply -f "$work/mine.conf" --prune
expect_status 1
expect_in_stderr 'not authorized: eve may not administer'
eve undo 1
expect_status 1
expect_in_stderr 'not authorized: eve may not administer'
expect_unchanged "$before"

it 'gives her back what root took away and brings back'
eve create mine/d --memory 10M
try cgctl remove mine/d
expect_status 0
try cgctl history mine/d --json
try cgctl undo "$(printf '%s' "$out" | jq '.[0].id')"
expect_status 0
eve set mine/d --memory 12M
expect_status 0
expect_file mine/d/memory.max 12582912

: >"$config"
daemon_restart
