# Dashboards that people have for cAdvisor are answered by /metrics/cadvisor, on a real Prometheus.
# needs: systemd
# needs: once

printf '[metrics]\ncadvisor = yes\n' >"$config"
daemon_restart
start cgctl run hot --cpu-quota 5ms --cpu-period 20ms -- sh -c 'while :; do :; done'
start cgctl run hog --memory 16M --memory-swap-max 0 -- sh -c 'while :; do tail /dev/zero; done'
# With a network of its own, as a container has.
start cgctl run netted --memory 64M -- unshare --user --map-root-user --net sh -c 'ip link add eth0 type veth peer name eth1 && ip link set eth0 up && ip link set eth1 up && exec sleep 1000'
{
    printf 'global: { scrape_interval: 1s }\nscrape_configs:\n'
    # As conf/prometheus/cgroupd.yml says it: a job of its own.
    sed 's/^/  /; s/job_name: cgroupd/job_name: cadvisor\n    metrics_path: \/metrics\/cadvisor/' "$here/../../conf/prometheus/cgroupd.yml"
    printf '  - job_name: prometheus\n    static_configs: [{ targets: ["127.0.0.1:19753"] }]\n'
} >"$work/prometheus.yml"
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/prometheus" --web.listen-address=127.0.0.1:19753 \
    --log.level=warn >"$work/prometheus.log" 2>&1 </dev/null &
prometheus=$!

it 'answers what the popular dashboards ask'
answers_all() { try python3 "$here/../grafana/popular.py" http://127.0.0.1:19753 && [ "$status" -eq 0 ]; }
wait_until 90 answers_all || problem 'expected every question to be answered'
echo "# $(printf '%s\n' "$out" | tail -n 1)"

it 'names what cAdvisor names, with its labels'
try curl -sS -f http://127.0.0.1:9753/metrics/cadvisor
expect_in_stdout '
container_cpu_usage_seconds_total{id="' 'name="hog",image="cgroup"' '
container_memory_usage_bytes{id="/"} ' '
machine_cpu_cores '

it 'is not on the native page, nor the native one on it'
case $out in *'
cgroup_'*) problem 'expected no cgroup_ family' ;; esac
try curl -sS -f http://127.0.0.1:9753/metrics
case $out in *'
container_'*) problem 'expected no container_ family' ;; esac

kill $prometheus
wait $prometheus
: >"$config"
daemon_restart
