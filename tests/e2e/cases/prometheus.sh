# A real Prometheus scrapes the daemon.
# needs: systemd

cgctl -q create web --memory 64M || it 'cannot begin'

it 'is scraped, and the limit can be queried'
command -v prometheus >/dev/null || problem 'expected a prometheus on this machine (./dev deps --vm)'
cat >"$work/prometheus.yml" <<END
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: cgroupd
    static_configs: [{ targets: ['127.0.0.1:9753'] }]
END
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/prometheus" --web.listen-address=127.0.0.1:19753 \
    --log.level=warn >"$work/prometheus.log" 2>&1 </dev/null &
prometheus=$!
answers() {
    try curl -sS -f -G --data-urlencode 'query=cgroup_memory_max_bytes{cgroup="web"}' http://127.0.0.1:19753/api/v1/query
    case $out in *'"67108864"'*) ;; *) return 1 ;; esac
}
eventually 'the query to answer 67108864' 60 answers
expect_json '.status == "success" and .data.result[0].metric.cgroup == "web" and .data.result[0].value[1] == "67108864"'

it 'is up, and was scraped without an error'
try curl -sS -f -G --data-urlencode 'query=up{job="cgroupd"}' http://127.0.0.1:19753/api/v1/query
expect_json '.data.result[0].value[1] == "1"'
try curl -sS -f http://127.0.0.1:19753/api/v1/targets
expect_json '.data.activeTargets[0].health == "up" and .data.activeTargets[0].lastError == ""'
[ -z "$problems" ] || problem "$(cat "$work/prometheus.log")"

kill $prometheus
wait $prometheus
