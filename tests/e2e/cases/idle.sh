# Nobody asks and nothing happens: the daemon sleeps.
# needs: once

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

it 'makes no context switch in 30 s with 100 cgroups'
switches
eventually 'it to have finished its work' 10 settled
sleep 30
before=$total
switches
expect_equal 'context switches' "$before" "$total"
