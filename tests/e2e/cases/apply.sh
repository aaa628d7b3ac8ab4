# Declarative files: made true in one transaction, or not at all.
# needs: once-a-kernel

cat >"$work/good.conf" <<'END'
[cgroup web]
memory = 64M
cpus = 0.5
pids-limit = 20
[cgroup batch/nightly]
cpu-weight = 20
memory-high = 50%
[cgroup batch]
memory = 128M
END

it 'makes all of a file true'
try cgctl apply -f "$work/good.conf" --plan
expect_status 0
expect_no_cgroup web
expect_in_stdout 'web: make' 'batch/nightly: make' 'web memory.max max -> 67108864'
try cgctl apply -f "$work/good.conf"
expect_status 0
expect_file web/memory.max 67108864
expect_file web/cpu.max '50000 100000'
expect_file batch/memory.max 134217728
expect_file batch/nightly/memory.high 67108864

it 'has nothing to do the second time'
before=$(snapshot)
try cgctl apply -f "$work/good.conf"
expect_status 0
case $out$err in *'nothing to do'*) ;; *) problem "expected 'nothing to do'" ;; esac
expect_unchanged "$before"

it 'changes nothing for one bad line, and names it'
sed 's/^pids-limit = 20/pids-limit = many/' "$work/good.conf" >"$work/bad.conf"
sed -i 's/^memory = 64M/memory = 32M/' "$work/bad.conf"
try cgctl apply -f "$work/bad.conf"
expect_status 2
expect_in_stderr bad.conf:4 many
expect_unchanged "$before"

it 'changes nothing when one of many limits cannot be had'
printf '[cgroup web]\nmemory = 32M\n[cgroup new]\npids-limit = 5\n[cgroup other]\ncpu-quota = 50000\ncpu-burst = 90000\n' >"$work/refused.conf"
try cgctl apply -f "$work/refused.conf"
expect_status 1
expect_in_stderr other burst
expect_unchanged "$before"
expect_no_cgroup new

it 'says where a value comes from'
try cgctl show web --json
expect_json '.desired["memory.max"].origin == "file"'
cgctl -q set web --memory 96M
try cgctl show web --json
expect_json '.desired["memory.max"].origin == "user"'

it 'makes what it says true over what was set by hand before'
try cgctl apply -f "$work/good.conf"
expect_file web/memory.max 67108864

it 'prunes only what files made'
cgctl -q create hand --memory 32M
printf '[cgroup web]\nmemory = 64M\n' >"$work/less.conf"
try cgctl apply -f "$work/less.conf" --prune
expect_status 0
expect_no_cgroup batch
expect_file hand/memory.max 33554432
expect_file web/pids.max max
expect_file web/memory.max 67108864

it 'prunes nothing at all where something runs'
try cgctl apply -f "$work/good.conf"
start_resident batch/nightly
before=$(snapshot)
try cgctl apply -f "$work/less.conf" --prune
expect_status 1
expect_in_stderr batch/nightly
expect_unchanged "$before"
cgctl kill batch/nightly

it 'is in the history as one change, and can be taken back as one'
try cgctl history --json
expect_json '.[0].cause == "file"'
cgctl -q remove --kill batch
cgctl -q set web --memory 80M
try cgctl history web --json
id=$(printf '%s' "$out" | jq '.[0].id')
expect_json '.[0] | .cause == "user" and .command == "cgctl" and .uid == '"$(id -u)"' and .changes[0].limit == "memory.max" and .changes[0].after == 83886080'
try cgctl undo "$id"
expect_status 0
expect_file web/memory.max 67108864
try cgctl undo "$id"
expect_status 1
try cgctl undo 99999
expect_status 1
expect_in_stderr 99999 'cgctl history'

it 'brings back whose a limit was, and until when'
printf '[cgroup back]\nmemory = 40M\npids-limit = 10\n' >"$work/back.conf"
cgctl -q apply -f "$work/back.conf"
cgctl -q set back --pids-limit 30 --for 10m
cgctl -q set back --cpus 2 --runtime --drift report
cgctl -q remove back
try cgctl history back --json
try cgctl undo "$(printf '%s' "$out" | jq '.[0].id')"
expect_status 0
expect_file back/memory.max 41943040
expect_file back/pids.max 30
try cgctl show back --json
expect_json '.desired["memory.max"].origin == "file" and .desired["cpu.max"].origin == "runtime"' \
    '.desired["pids.max"] | .origin == "lease" and .afterwards == 10 and (.ends | endswith("Z"))'
echo 50M >"$root/back/memory.max"
is_left_drifted() { cgctl --json show back | jq -e '.drifted == ["memory.max"]' >/dev/null; }
eventually 'a drift that is left, as before' 10 is_left_drifted
cgctl -q set back --memory 60M --pids-limit 5
try cgctl history back --json
try cgctl undo "$(printf '%s' "$out" | jq '.[0].id')"
expect_status 0
try cgctl show back --json
expect_json '.desired["memory.max"].origin == "file" and .desired["pids.max"].origin == "lease"'
cgctl -q remove back

it 'applies cgroups.d when it starts and when it is told to'
mkdir -p "${config%/*}/cgroups.d"
printf '[cgroup declared]\nmemory = 40M\n' >"${config%/*}/cgroups.d/10-declared.conf"
try cgctl reload
expect_status 0
expect_file declared/memory.max 41943040
cgctl -q set declared --memory 44M
try cgctl reload
expect_file declared/memory.max 46137344
printf '[cgroup declared]\nmemory = 48M\n' >"${config%/*}/cgroups.d/10-declared.conf"
daemon_restart
eventually 'the new text' 2 has_line declared/memory.max 50331648
printf '[cgroup declared]\nmemory = lots\n' >"${config%/*}/cgroups.d/10-declared.conf"
try cgctl reload
expect_status 1
expect_in_stderr 10-declared.conf:2 lots
daemon_restart
expect_file declared/memory.max 50331648
rm -r "${config%/*}/cgroups.d"

# SIGKILL in the middle: fifty cgroups with two limits each, all or none.
it 'is whole or not at all when the daemon is killed in the middle'
i=0
while [ $i -lt 50 ]; do
    i=$((i + 1))
    printf '[cgroup many/m%s]\nmemory = 32M\npids-limit = 9\n' $i
done >"$work/many.conf"
outcome() {
    there=0 whole=0
    for directory in "$root"/many/m*/; do
        [ -d "$directory" ] || continue
        there=$((there + 1))
        read -r memory <"$directory/memory.max"
        read -r pids <"$directory/pids.max"
        [ "$memory $pids" != '33554432 9' ] || whole=$((whole + 1))
    done
}
# ($E2E_MOMENTS: more of them.)
moments=0 changed=0
for pause in ${E2E_MOMENTS:-0.05 0.12 0.2 0.3 0.45}; do
    # Asked beforehand: systemctl takes longer than the whole of apply.
    victim=$(daemon_pid)
    cgctl -q apply -f "$work/many.conf" 2>/dev/null &
    applying=$!
    sleep $pause
    kill -KILL "$victim"
    wait_until 5 gone "$victim"
    wait_until 10 gone $applying
    daemon_start
    outcome
    case "$there $whole" in
        '0 0') ;;
        '50 50') changed=$((changed + 1)) ;;
        *) problem "killed after $pause s: $there of 50 are there, $whole with their limits" ;;
    esac
    [ $there -eq 0 ] || cgctl -q remove --kill many
    moments=$((moments + 1))
done
echo "# killed at $moments moments, $changed times it was made"

try cgctl apply -f "$work/many.conf"
expect_status 0
outcome
expect_equal 'cgroups with their limits' '50 50' "$there $whole"

# The same where all of them are there: fifty cgroups move together or stay together.
it 'moves fifty cgroups together or not at all when the daemon is killed in the middle'
expect_equal 'the store' ok "$(store_check)"
sed 's/32M/48M/; s/= 9/= 11/' "$work/many.conf" >"$work/moved.conf"
moved() {
    old=0 new=0
    for directory in "$root"/many/m*/; do
        read -r memory <"$directory/memory.max"
        read -r pids <"$directory/pids.max"
        case "$memory $pids" in
            '33554432 9') old=$((old + 1)) ;;
            '50331648 11') new=$((new + 1)) ;;
        esac
    done
}
changed=0
for pause in ${E2E_MOMENTS:-0.04 0.1 0.2}; do
    # Asked beforehand: systemctl takes longer than the whole of apply.
    victim=$(daemon_pid)
    cgctl -q apply -f "$work/moved.conf" 2>/dev/null &
    applying=$!
    sleep $pause
    kill -KILL "$victim"
    wait_until 5 gone "$victim"
    wait_until 10 gone $applying
    daemon_start
    moved
    case "$old $new" in
        '50 0') ;;
        '0 50') changed=$((changed + 1)) ;;
        *) problem "killed after $pause s: $old of 50 are as before, $new as they should be" ;;
    esac
    cgctl -q apply -f "$work/many.conf" || problem 'expected apply to succeed'
done
echo "# moved $changed times"
expect_equal 'the store' ok "$(store_check)"
cgctl -q remove --kill many
