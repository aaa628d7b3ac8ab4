# A real Prometheus scrapes the daemon under a real workload, and every expression of every dashboard and rule is run.
# needs: systemd
# needs: once
# seconds: 300
#
# With --keep-output DIR the recorded data are left in DIR/prometheus, for tests/grafana/render to draw; E2E_RECORD=SECONDS goes on for that long.

grafana=$here/../grafana
cgctl -q create calm --memory 64M --pids-limit 20 || it 'cannot begin'
start_resident calm
cgctl -q set calm --pids-limit 30 --for 20m
# Runs out of its CPU quota again and again, and of its bursts, whatever else wants the processor.
start cgctl run hot --cpu-quota 2ms --cpu-period 20ms --cpu-burst 2ms --cpu-weight 10000 -- sh -c 'while :; do :; done'
# Grows against memory.high, where it is slowed down.
start cgctl run squeezed --memory 512M --memory-high 8M --memory-swap-max 0 -- tail /dev/zero
# Is killed for its memory, again and again.
start cgctl run hog --memory 16M --memory-swap-max 0 -- sh -c 'while :; do tail /dev/zero; sleep 2; done'
# Has all the processes it may have.
start cgctl run crowd --pids-limit 3 -- sh -c 'sleep 1000 & sleep 1000 & wait'

# Somebody changes limits, for the daemon's own numbers to move: now and then, as processes are dear here.
mkdir "$work/busy"
start sh -c "while [ -d '$work/busy' ]; do cgctl -q set calm --cpu-weight 101; sleep 2; cgctl -q set calm --cpu-weight 102; sleep 2; done"
busy=$started

cp "$here/../../conf/prometheus/cgroupd.rules.yml" "$work/"
{
    printf 'global: { scrape_interval: 2s, evaluation_interval: 5s }\nrule_files: [cgroupd.rules.yml]\nscrape_configs:\n'
    # The one that is shipped, as it is pasted.
    sed 's/^/  /' "$here/../../conf/prometheus/cgroupd.yml"
} >"$work/prometheus.yml"
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="${VM_OUTPUT_DIR:-$work}/prometheus" --web.listen-address=127.0.0.1:19753 \
    --enable-feature=exemplar-storage --log.level=warn >"$work/prometheus.log" 2>&1 </dev/null &
prometheus=$!
# METRIC of CGROUP has moved since Prometheus began to look.
has_moved() { # METRIC CGROUP
    try curl -sS -f -G --data-urlencode "query=increase($1{cgroup=\"$2\"}[1m]) > 0" http://127.0.0.1:19753/api/v1/query
    case $out in *'"value"'*) ;; *) return 1 ;; esac
}

it 'sees the throttled, the pressured and the killed'
eventually 'throttling' 60 has_moved cgroup_cpu_throttled_periods_total hot
eventually 'OOM kills' 60 has_moved cgroup_memory_local_events_oom_kill_total hog
eventually 'memory pressure' 60 has_moved cgroup_pressure_memory_waiting_seconds_total squeezed

it 'answers every expression of every dashboard and rule'
answers_all() {
    clock
    begin=$now
    try python3 "$grafana/query.py" http://127.0.0.1:19753 calm hot squeezed hog crowd
    clock
    asked_for="$(((now - begin) / 100)) s"
    [ "$status" -eq 0 ]
}
# Windows of seconds fill within seconds.
wait_until 60 answers_all || problem "expected every expression to answer"
echo "# $(printf '%s\n' "$out" | tail -n 1), in $asked_for"

it 'keeps exemplars of bus requests'
try curl -sS -f -G --data-urlencode 'query=cgroupd_dbus_request_duration_seconds_bucket' --data-urlencode "start=$(($(date +%s) - 300))" \
    --data-urlencode "end=$(date +%s)" http://127.0.0.1:19753/api/v1/query_exemplars
expect_json '[.data[].exemplars[].labels.request] | length > 0'

rmdir "$work/busy"
wait $busy

if [ "${E2E_RECORD:-}" ]; then
    # What a day brings: somebody writes, a cgroup is frozen for a while, limits change.
    nothing_more() {
        echo max >"$root/calm/pids.max"
        cgctl -q set hot --cpu-quota "$((4 + $(date +%s) % 60 / 6))ms"
        case $(date +%s) in *[0-4]) cgctl -q freeze crowd ;; *) cgctl -q thaw crowd ;; esac
        ! cgctl -q set calm --memory 1K 2>/dev/null
        ! cgctl -q run crowd -- true 2>/dev/null
        return 1
    }
    wait_until "$E2E_RECORD" nothing_more
    cgctl -q thaw crowd
fi

it 'takes a cgroup that is made again under the same name for a counter that began anew, and for nothing else'
cgctl -q remove --kill hot
start cgctl run hot --cpu-quota 5ms --cpu-period 20ms -- sh -c 'while :; do :; done'
has_begun_anew() {
    try curl -sS -f -G --data-urlencode 'query=resets(cgroup_cpu_usage_seconds_total{cgroup="hot"}[2m])' http://127.0.0.1:19753/api/v1/query
    case $out in *',"1"]'*) ;; *) return 1 ;; esac
}
eventually 'one reset' 30 has_begun_anew
expect_json '.data.result | length == 1'
# No rate shows a cliff, and no series is left beside the new one.
try curl -sS -f -G --data-urlencode 'query=rate(cgroup_cpu_usage_seconds_total{cgroup="hot"}[2m])' http://127.0.0.1:19753/api/v1/query
expect_json '.data.result | length == 1 and (.[0].value[1] | tonumber | . >= 0 and . < 2)'

it 'forgets a removed cgroup at the next scrape'
cgctl -q remove --kill calm
is_stale() {
    try curl -sS -f -G --data-urlencode 'query=cgroup_pids_max{cgroup="calm"}' http://127.0.0.1:19753/api/v1/query
    case $out in *'"result":[]'*) ;; *) return 1 ;; esac
}
# The usual look-back is five minutes; this is the staleness mark.
eventually 'no series of it' 10 is_stale

kill $prometheus
wait $prometheus
