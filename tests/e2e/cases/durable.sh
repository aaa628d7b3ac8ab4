# What was acknowledged is in force, whatever happens to the daemon.
# needs: once-a-kernel
# seconds: 300

cgctl -q create web --memory 64M --pids-limit 20 --cpus 0.5 || it 'cannot begin'
start_resident web

# Looks at the three limits all the while; says at the end how often one was not as it should be.
begin_samples() {
    : >"$work/samples"
    (
        samples=0 wrong=0
        while [ ! -e "$work/enough" ]; do
            samples=$((samples + 1))
            read -r memory <"$root/web/memory.max"
            read -r pids <"$root/web/pids.max"
            read -r cpu <"$root/web/cpu.max"
            [ "$memory $pids $cpu" = '67108864 20 50000 100000' ] || wrong=$((wrong + 1))
        done
        echo "$samples $wrong" >"$work/samples"
    ) &
    sampler=$!
    # It never pauses: what it watches shall get on nevertheless.
    renice -n 10 -p $sampler >/dev/null
}
end_samples() {
    : >"$work/enough"
    wait_until 5 gone $sampler
    read -r samples wrong <"$work/samples"
    rm -f "$work/enough"
    expect_equal "samples that differ, of $samples" 0 "$wrong"
    expect "many samples, found $samples" [ "$samples" -gt 50 ]
    expect_alive "$resident" 'the workload'
    expect_file web/cgroup.procs "$resident"
}
kill_daemon() {
    victim=$(daemon_pid)
    kill -KILL "$victim"
    wait_until 5 gone "$victim"
    daemon_start
}

it 'changes no limit at any moment when the daemon is restarted, stopped or killed'
begin_samples
daemon_restart
kill_daemon
daemon_stop
daemon_start
end_samples

if has_systemd; then
    it 'changes no limit at any moment when systemd reloads or runs itself anew'
    begin_samples
    systemctl --user daemon-reload
    systemctl --user daemon-reexec
    systemctl --user daemon-reload
    end_samples
    expect 'the daemon to answer' cgctl -q list
fi

# Kills the daemon in the middle of many changes ($E2E_CGROUPS cgroups, $E2E_CHANGES changes). What was acknowledged last of each
# cgroup stands in $work/acknowledged/N; what was tried since and not acknowledged, in N.tried, a line each: any of it may be in
# force (the daemon may have died between the change and its answer, several times in a row).
it 'keeps every acknowledged change through SIGKILL at random moments, and none is half made'
cgroups=$(seq "${E2E_CGROUPS:-6}")
changes=${E2E_CHANGES:-60}
mkdir -p "$work/acknowledged"
for n in $cgroups; do
    cgctl -q create "c$n" --memory 32M --pids-limit 1000 --cpu-weight 100
    echo "32 1000 100" >"$work/acknowledged/$n"
done
writer() { # N
    step=0
    while [ $step -lt $((changes / ${E2E_CGROUPS:-6})) ]; do
        step=$((step + 1))
        memory=$((32 + step % 16)) pids=$((1000 + step)) weight=$((100 + step % 50))
        echo "$memory $pids $weight" >>"$work/acknowledged/$1.tried"
        if cgctl -q set "c$1" --memory "${memory}M" --pids-limit $pids --cpu-weight $weight 2>/dev/null; then
            echo "$memory $pids $weight" >"$work/acknowledged/$1"
            rm "$work/acknowledged/$1.tried"
            echo $step >>"$work/steps"
        fi
    done
}
writers=
for n in $cgroups; do
    writer "$n" &
    writers="$writers $!"
done
# Any of them. (kill -0 of several is content only when all are there.)
working() {
    for w in $writers; do
        ! alive "$w" || return 0
    done
    return 1
}
: >"$work/steps"
kills=0
# Not at regular moments: each wait is another.
while working; do
    kills=$((kills + 1))
    sleep 0.$((kills * 37 % 90 + 10))
    kill_daemon
done
of_file() { # N: what is in force, as "MEMORY PIDS WEIGHT"
    read -r memory <"$root/c$1/memory.max"
    read -r pids <"$root/c$1/pids.max"
    read -r weight <"$root/c$1/cpu.weight"
    force="$((memory / 1048576)) $pids $weight"
}
for n in $cgroups; do
    of_file "$n"
    grep -qxF "$force" "$work/acknowledged/$n" "$work/acknowledged/$n.tried" 2>/dev/null ||
        problem "c$n: acknowledged '$(cat "$work/acknowledged/$n")', in force '$force', tried since: $(cat "$work/acknowledged/$n.tried" 2>&1)
$(cgctl history "c$n" --last 5; cgctl show "c$n"; daemon_log)"
done
acknowledged=$(wc -l <"$work/steps")
expect_equal 'the store' ok "$(store_check)"
echo "# $acknowledged of $changes changes acknowledged, the daemon killed $kills times"
expect "a kill at least, found $kills" [ $kills -ge 1 ]
expect "some changes to come through, found $acknowledged" [ "$acknowledged" -gt $((changes / 4)) ]
cgctl -q remove $(printf 'c%s ' $cgroups)

it 'keeps what is acknowledged while somebody looks at its database'
expect_equal 'the store' ok "$(store_check)"
cgctl -q set web --memory 65M --pids-limit 21
kill_daemon
expect_file web/memory.max 68157440
expect_file web/pids.max 21

# A tmpfs of this user's that can be filled; its state alone lies there.
small=${XDG_RUNTIME_DIR:-}
[ -n "$small" ] && [ "$(stat -f -c %T "$small")" = tmpfs ] || small=$(mktemp -d)
on_a_full_disk() {
    cgroupd --root "$root" --config "$config" --state "$small/state" 2>"$work/full.log" &
    own=$!
    wait_until 20 grep -q manages "$work/full.log"
    cgctl -q create full --memory 64M --pids-limit 20 --cpu-weight 50
    free=$(stat -f -c '%a %S' "$small")
    fallocate -l $((${free% *} * ${free#* })) "$small/filler"
    # What was noted before has left room, and the log has some of its own for a while.
    for pids in 10 11 12 13 14 15 16 17 18 19 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39; do
        read -r memory_before <"$root/full/memory.max"
        read -r pids_before <"$root/full/pids.max"
        try cgctl set full --memory $((40 + pids))M --pids-limit $pids
        [ "$status" = 0 ] || break
    done
    expect_status 1
    expect_one_line_on_stderr
    expect_in_stderr "$small/state"
    expect_file full/memory.max "$memory_before"
    expect_file full/pids.max "$pids_before"
    try cgctl set full --runtime --pids-limit 7
    expect_status 1
    expect_in_stderr "$small/state" 'No space left'
    expect_file full/pids.max "$pids_before"
    for other in full2 full3 full4 full5 full6 full7; do
        try cgctl create $other --memory 48M
        [ "$status" = 0 ] || break
    done
    expect_status 1
    expect_no_cgroup $other
    # The log has room of its own for a while.
    for weight in 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69; do
        read -r before <"$root/full/cpu.weight"
        try cgctl set full --cpu-weight $weight
        [ "$status" = 0 ] || break
    done
    expect_status 1
    expect_in_stderr "$small/state"
    expect_file full/cpu.weight "$before"
    try cgctl show full
    expect_status 0
    rm "$small/filler"
    try cgctl set full --memory 48M --pids-limit 10
    expect_status 0
    kill -KILL $own
    wait_until 5 gone $own
    : >"$work/full.log"
    echo max >"$root/full/memory.max"
    cgroupd --root "$root" --config "$config" --state "$small/state" 2>"$work/full.log" &
    own=$!
    wait_until 20 grep -q manages "$work/full.log"
    expect_file full/memory.max 50331648
    expect_file full/pids.max 10
    expect_file full/cpu.weight "$before"
    for other in full full2 full3 full4 full5 full6; do [ ! -d "$root/$other" ] || cgctl -q remove $other; done
    kill $own
    wait_until 10 gone $own
    verdict
}
if [ "$(stat -f -c %T "$small")" = tmpfs ]; then
    it 'says that the disk is full, changes nothing, and goes on'
    keep_from_starting
    ours=$DBUS_SESSION_BUS_ADDRESS
    dbus-daemon --session --fork --print-address=3 --print-pid=4 3>"$work/bus" 4>"$work/bus.pid"
    DBUS_SESSION_BUS_ADDRESS=$(cat "$work/bus")
    on_a_full_disk
    kill "$(cat "$work/bus.pid")"
    DBUS_SESSION_BUS_ADDRESS=$ours
    rm -rf "$small/state"
    let_start
fi
