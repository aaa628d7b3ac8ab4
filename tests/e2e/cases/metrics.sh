# /metrics: what the kernel holds, in words Prometheus likes.

url=http://127.0.0.1:9753
cgctl -q create web --memory 64M --pids-limit 20 --cpus 0.5 || it 'cannot begin'
cgctl -q create open/inner
start_resident web
cgctl -q run hog --memory 16M --memory-swap-max 0 -- tail /dev/zero

# Sample lines of stdout.
expect_sample() { # LINE...
    for sample in "$@"; do
        case "
$out
" in *"
$sample
"*) ;; *) problem "expected the line '$sample', found '$(printf '%s\n' "$out" | grep "^${sample%% *}")'" ;; esac
    done
}

it 'serves a page of text'
try curl -sS -f -D "$work/headers" $url/metrics
expect_status 0
expect 'the type of Prometheus text' grep -qi '^content-type: text/plain; version=0.0.4' "$work/headers"
page=$out

it 'has the limits in force'
out=$page tried="curl $url/metrics"
expect_sample 'cgroup_memory_max_bytes{cgroup="web"} 67108864' 'cgroup_memory_max_bytes{cgroup="open/inner"} +Inf' \
    'cgroup_pids_max{cgroup="web"} 20' 'cgroup_cpu_quota_cores{cgroup="web"} 0.5' 'cgroup_cpu_period_seconds{cgroup="web"} 0.1' \
    'cgroup_memory_high_bytes{cgroup="web"} +Inf' 'cgroup_cpu_weight{cgroup="web"} 100'

it 'has use and processes'
expect_sample 'cgroup_pids_current{cgroup="web"} 1' 'cgroup_processes{cgroup="web"} 1' 'cgroup_populated{cgroup="web"} 1' \
    'cgroup_populated{cgroup="open/inner"} 0'
for family in cgroup_memory_current_bytes cgroup_memory_working_set_bytes cgroup_cpu_usage_seconds_total; do
    expect_in_stdout "
$family{cgroup=\"web\"} "
done

it 'counts OOM kills where they happened'
expect_sample 'cgroup_memory_events_oom_kill_total{cgroup="hog"} 1' 'cgroup_memory_events_oom_kill_total{cgroup="web"} 0'

it 'counts throttling'
cgctl -q run web --cpu-quota 1ms --cpu-period 10ms -- sh -c :
try curl -sS -f $url/metrics
throttled=$(printf '%s\n' "$out" | sed -n 's/^cgroup_cpu_throttled_periods_total{cgroup="web"} //p')
expect "throttled periods, found '$throttled'" [ "${throttled:-0}" -gt 0 ]
expect_in_stdout '
cgroup_cpu_throttled_seconds_total{cgroup="web"} '

it 'tells of itself'
expect_sample 'cgroupd_managed_cgroups 4'
expect_in_stdout '
cgroupd_build_info{version="' '
process_resident_memory_bytes ' '
process_start_time_seconds ' '
cgroupd_dbus_request_duration_seconds_count{method="Create"} '

it 'tells what is delegated'
expect_in_stdout "
cgroupd_root_info{path=\"$root\",uid=\"$(id -u)\"} 1
" '
cgroupd_controller_delegated{controller="memory"} 1
'

it 'counts what it writes'
count_of() { value=$(printf '%s\n' "$out" | sed -n "s/^cgroupd_limit_write_duration_seconds_count{controller=\"$1\"} //p"); }
count_of memory
before=$value
cgctl -q set web --memory 63M
cgctl -q set web --memory 64M
try curl -sS -f $url/metrics
count_of memory
expect_equal 'writes of memory limits' $((before + 2)) "$value"

it 'passes promtool check metrics without a word'
printf '%s\n' "$out" >"$work/page"
check() { promtool check metrics <"$work/page"; }
try check
expect_status 0
expect_stdout ''
expect_stderr ''

it 'speaks OpenMetrics and gzip to who asks'
try curl -sS -f -D "$work/headers" -H 'Accept: application/openmetrics-text;version=1.0.0' --compressed $url/metrics
expect_status 0
expect 'the type of OpenMetrics' grep -qi '^content-type: application/openmetrics-text; version=1.0.0; charset=utf-8' "$work/headers"
expect 'gzip' grep -qi '^content-encoding: gzip' "$work/headers"
expect_equal 'the last line' '# EOF' "$(printf '%s\n' "$out" | tail -n 1)"
expect_in_stdout '
# TYPE cgroup_cpu_usage_seconds counter
# UNIT cgroup_cpu_usage_seconds seconds
' ' # {request="'

it 'answers HEAD, refuses what is neither that nor GET, and packs nothing for who refuses it'
header() { value=$(sed -n "s/\r\$//; s/^$1: //Ip" "$work/headers"); }
try curl -sS -I -D "$work/headers" -o /dev/null $url/metrics
expect_status 0
header Content-Type
expect_equal 'the type' 'text/plain; version=0.0.4; charset=utf-8' "$value"
header Content-Length
expect "a length, found '$value'" [ "${value:-0}" -gt 1000 ]
for method in POST PUT DELETE OPTIONS; do
    try curl -sS -X $method -d x=y -D "$work/headers" -o /dev/null -w '%{http_code}' $url/metrics
    expect_stdout 405
    header Allow
    expect_equal "what $method is told to do" 'GET, HEAD' "$value"
done
try curl -sS -f -D "$work/headers" -H 'Accept-Encoding: gzip;q=0, identity' -o /dev/null $url/metrics
header Content-Encoding
expect_equal 'the encoding' '' "$value"
try curl -sS -f -D "$work/headers" -H 'Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5' -o "$work/page" $url/metrics
header Content-Type
expect_equal 'the type' 'application/openmetrics-text; version=1.0.0; charset=utf-8' "$value"

it 'is OpenMetrics to a parser that takes it at its word'
# (Prometheus, which reads this form when it is offered, is more lenient: see the case dashboards.)
parse() {
    python3 -c 'import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as families
page = list(families(sys.stdin.read()))
exemplars = sum(1 for family in page for sample in family.samples if sample.exemplar)
assert len(page) > 60 and exemplars, (len(page), exemplars)' <"$work/page"
}
try parse
expect_status 0

it 'names cgroups and says when they were made'
try curl -sS -f $url/metrics
expect_in_stdout "
cgroupd_cgroup_info{cgroup=\"web\",path=\"$root/web\",owner_uid=\"$(id -u)\"} 1
"
made=$(printf '%s\n' "$out" | sed -n 's/^cgroup_created_timestamp_seconds{cgroup="web"} \([0-9]*\).*/\1/p')
expect "a time within the last ten minutes, found '$made'" [ "$(($(date +%s) - ${made:-0}))" -lt 600 ]

it 'has what is desired beside what is in force, and what became of it'
cgctl -q set web --pids-limit 30 --for 10m
try curl -sS -f $url/metrics
expect_sample 'cgroup_desired_memory_max_bytes{cgroup="web"} 67108864' 'cgroup_desired_pids_max{cgroup="web"} 30' \
    'cgroup_pids_max{cgroup="web"} 30' 'cgroup_drifted_limits{cgroup="web"} 0'
expect_in_stdout '
cgroup_lease_end_timestamp_seconds{cgroup="web"} ' '
cgroup_last_change_timestamp_seconds{cgroup="web"} ' '
cgroupd_reconcile_last_success_timestamp_seconds '
cgctl -q set web --pids-limit 20
# Other cases may have drifted before.
drifts() { value=$(printf '%s\n' "$out" | sed -n "s/^cgroupd_drift_$1_total{controller=\"memory\"} //p"); }
drifts detected
detected=${value:-0}
drifts repairs
repairs=${value:-0}
echo max >"$root/web/memory.max"
is_repaired() { try curl -sS -f $url/metrics; drifts repairs; [ "${value:-0}" -eq $((repairs + 1)) ]; }
eventually 'a repair that is counted' 10 is_repaired
expect_sample "cgroupd_drift_detected_total{controller=\"memory\"} $((detected + 1))" 'cgroup_memory_max_bytes{cgroup="web"} 67108864'

it 'serves the same on a socket that only the user can open'
socket=$XDG_RUNTIME_DIR/cgroupd/metrics.sock
try curl -sS -f --unix-socket "$socket" http://localhost/metrics
expect_status 0
expect_sample 'cgroup_pids_max{cgroup="web"} 20'
expect_equal 'the socket mode' "$(id -un) 600" "$(stat -c '%U %a' "$socket")"

it 'answers /-/healthy, /-/ready and /, and 404 elsewhere'
for path in /-/healthy /-/ready /; do
    try curl -sS -o /dev/null -w '%{http_code}' $url$path
    expect_stdout 200
done
try curl -sS -o /dev/null -w '%{http_code}' $url/nosuch
expect_stdout 404

it 'forgets a removed cgroup'
cgctl -q remove hog
try curl -sS -f $url/metrics
case $out in *'cgroup="hog"'*) problem 'expected no line of hog' ;; esac

it 'starts although the port is taken, says so, and serves its socket'
printf '[metrics]\nlisten = 127.0.0.1:9753\nsocket = %s/second.sock\n' "$work" >"$work/second.conf"
# On a bus and with a state of its own, as another user's would be.
dbus-run-session -- cgroupd --root "$root" --config "$work/second.conf" --state "$work/second" 2>"$work/second.log" &
second=$!
eventually 'its socket' 20 [ -S "$work/second.sock" ]
try curl -sS -f --unix-socket "$work/second.sock" http://localhost/metrics
expect_status 0
err=$(cat "$work/second.log")
expect_in_stderr 127.0.0.1:9753 'listen = 127.0.0.1:0'
kill $second
wait_until 10 gone $second
