# Installing, upgrading and removing the package: daemons come and go, workloads and limits stay.
# needs: systemd
# needs: package
# needs: once
# seconds: 450

# The same package, as it would have been before.
older=$work/older.deb
dpkg-deb -R "$E2E_PACKAGE" "$work/older"
sed -i 's/^Version: .*/Version: 0.0.1/' "$work/older/DEBIAN/control"
dpkg-deb -b -Znone --root-owner-group "$work/older" "$older" >/dev/null

# (Without triggers: that of man-db reads all of /usr, and has nothing to do with this.)
it 'is installed, and starts no daemon that did not run'
try dpkg -i --no-triggers "$older"
expect_status 0
expect "no daemon of dev's, who had none" [ "$(as_dev systemctl --user show --value -P MainPID cgroupd)" = 0 ]
as_dev systemctl --user daemon-reload
try as_dev systemctl --user start cgroupd
expect_status 0
dev_root=/sys/fs/cgroup$(as_dev systemctl --user show --value -P ControlGroup cgroupd-tree)
as_dev cgctl -q create web --memory 64M --pids-limit 20 --cpus 0.5
as_dev cgctl run web -- sh -c 'exec sleep 1000' >/dev/null 2>&1 </dev/null &
cgctl -q create web --memory 64M --pids-limit 20 --cpus 0.5
start_resident web
dev_resident=
dev_resident_is_there() { read -r dev_resident <"$dev_root/web/cgroup.procs" && [ -n "$dev_resident" ]; } 2>/dev/null
eventually "dev's workload" 20 dev_resident_is_there

pids() {
    pid_of_daemon=$(daemon_pid)
    pid_of_dev=$(as_dev systemctl --user show --value -P MainPID cgroupd)
    pid_of_tree=$(systemctl show --value -P MainPID cgroupd-tree)
    pid_of_dev_tree=$(as_dev systemctl --user show --value -P MainPID cgroupd-tree)
}
# Looks at the limits of both all the while.
begin_samples() {
    rm -f "$work/enough"
    (
        samples=0 wrong=0
        while [ ! -e "$work/enough" ]; do
            for web in "$root/web" "$dev_root/web"; do
                samples=$((samples + 1))
                memory='' pids='' cpu=''
                [ -d "$web" ] && read -r memory <"$web/memory.max" && read -r pids <"$web/pids.max" && read -r cpu <"$web/cpu.max"
                [ "$memory $pids $cpu" = '67108864 20 50000 100000' ] || wrong=$((wrong + 1))
            done
        done
        echo "$samples $wrong" >"$work/samples"
    ) &
    sampler=$!
    # It never pauses: what it watches shall get on nevertheless.
    renice -n 10 -p $sampler >/dev/null
    pids
    before="$pid_of_tree $pid_of_dev_tree" old_daemon=$pid_of_daemon old_dev=$pid_of_dev
}
end_samples() {
    : >"$work/enough"
    wait_until 5 gone $sampler
    read -r samples wrong <"$work/samples"
    expect_equal "samples that differ, of $samples" 0 "$wrong"
    expect "many samples, found $samples" [ "$samples" -gt 50 ]
    expect_alive "$resident" "the system's workload"
    expect_alive "$dev_resident" "dev's workload"
    expect_file web/cgroup.procs "$resident"
    expect_equal "dev's cgroup.procs" "$dev_resident" "$(cat "$dev_root/web/cgroup.procs")"
    pids
    expect_equal 'the processes that hold the trees' "$before" "$pid_of_tree $pid_of_dev_tree"
}
runs_what_is_installed() { # PID WHOSE
    expect "$2 daemon to run what is installed, found $(readlink "/proc/$1/exe")" [ "/proc/$1/exe" -ef /usr/bin/cgroupd ]
}

it 'keeps workloads and limits at every moment while it is upgraded'
begin_samples
try dpkg -i --no-triggers "$E2E_PACKAGE"
expect_status 0
end_samples
expect 'both daemons to be new ones' [ "$pid_of_daemon" != "$old_daemon" ] && [ "$pid_of_dev" != "$old_dev" ]
runs_what_is_installed "$pid_of_daemon" "the system's"
runs_what_is_installed "$pid_of_dev" "dev's"
echo "$pid_of_daemon" >"$work/daemon.pid"
try cgctl show web --json
expect_json '.limits["memory.max"] == 67108864 and .populated'
try as_dev cgctl show web --json
expect_json '.limits["memory.max"] == 67108864 and .populated'

it 'keeps them while PID 1 and the user manager reload and run themselves anew'
begin_samples
systemctl daemon-reload
systemctl daemon-reexec
systemctl daemon-reload
as_dev systemctl --user daemon-reload
as_dev systemctl --user daemon-reexec
end_samples
try cgctl -q list
expect_status 0
try as_dev cgctl -q list
expect_status 0

it 'refuses to stop or restart what holds the workloads'
begin_samples
for verb in stop restart try-restart; do
    try systemctl $verb cgroupd-tree
    expect_in_stderr 'refuse manual'
    try as_dev systemctl --user $verb cgroupd-tree
    expect_in_stderr 'refuse manual'
done
end_samples

it 'leaves workloads and limits as they are when it is removed'
begin_samples
try dpkg -r --no-triggers cgroupd
expect_status 0
expect_in_stdout cgroupd-tree 'systemctl kill cgroupd-tree'
end_samples
expect "the system's daemon to be stopped" [ "$pid_of_daemon" = 0 ]
try dpkg -i --no-triggers "$E2E_PACKAGE"
expect_status 0
end_dev() { as_dev systemctl --user start cgroupd && as_dev cgctl -q remove --kill web; }
eventually "dev's daemon to answer" 20 end_dev
as_dev systemctl --user stop cgroupd
tree_end as_dev
daemon_start
