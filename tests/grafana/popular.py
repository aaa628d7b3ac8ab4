#!/usr/bin/env python3
"""Asks what widely used dashboards for cAdvisor ask, of a Prometheus that scrapes /metrics/cadvisor.

usage: popular.py PROMETHEUS-URL

The questions are those of Grafana's dashboards 193, 893, 11600 and 14282, of dockprom, and of the docker and kubernetes mixins, with
their variables filled in as "all". What a cgroup's files cannot answer (container_fs_usage_bytes, container_health_state,
prometheus_build_info) and what node_exporter answers are left out. A question that is answered by nothing, or by NaN alone, is a fault."""
import re
import sys

from recorded import Prometheus

QUESTIONS = {
    "193": [
        'count(container_last_seen{image!=""})',
        'sum(container_memory_usage_bytes{image!=""})/1024/1024',
        'sum(rate(container_cpu_user_seconds_total{image!=""}[1m])*100)',
        'rate(container_cpu_user_seconds_total{image!=""}[1m])*100',
        'container_memory_usage_bytes{image!=""}',
        'irate(container_network_receive_bytes_total{image!=""}[1m])',
        'irate(container_network_transmit_bytes_total{image!=""}[1m])',
    ],
    "14282": [
        'count by (instance) ({__name__=~"container.*"})',
        'count by (name) ({__name__=~"container.*",instance=~".*",name=~".+"})',
        'sum(rate(container_cpu_usage_seconds_total{instance=~".*",name=~".*",name=~".+"}[1m])) by (name) *100',
        'sum(container_memory_rss{instance=~".*",name=~".*",name=~".+"}) by (name)',
        'sum(container_memory_cache{instance=~".*",name=~".*",name=~".+"}) by (name)',
        'sum(rate(container_network_receive_bytes_total{instance=~".*",name=~".*",name=~".+"}[1m])) by (name)',
        'sum(rate(container_network_transmit_bytes_total{instance=~".*",name=~".*",name=~".+"}[1m])) by (name)',
        '(time() - container_start_time_seconds{instance=~".*",name=~".*",name=~".+"})/86400',
        'sum(container_memory_working_set_bytes{name=~".+"}) by (name) / sum(container_spec_memory_limit_bytes{name=~".+"} > 0) by (name)',
        'sum(increase(container_oom_events_total{name=~".+"}[1m])) by (name)',
        'sum(rate(container_cpu_cfs_throttled_seconds_total{name=~".+"}[1m])) by (name)',
    ],
    "893": [
        'count(rate(container_last_seen{name=~".+"}[1m]))',
        'time() - container_start_time_seconds{id="/"}',
        'sum(rate(container_cpu_system_seconds_total{id="/"}[1m]))',
        'sum(rate(container_cpu_system_seconds_total{name=~".+"}[1m]))',
        'sum(rate(process_cpu_seconds_total[1m])) * 100',
        'container_memory_rss{name=~".+"}',
        'container_memory_rss{id="/"}',
        'sum(container_memory_rss{name=~".+"})',
        'sum(rate(container_cpu_usage_seconds_total{name=~".+"}[1m])) by (name) * 100',
        'sum(container_memory_swap{name=~".+"}) by (name)',
        'container_memory_usage_bytes{name=~".+"}',
        'container_spec_memory_limit_bytes{name=~".+"}',
        '100 - ((container_spec_memory_limit_bytes{name=~".+"} - container_memory_usage_bytes{name=~".+"}) * 100 / container_spec_memory_limit_bytes{name=~".+"})',
        'sum(rate(container_network_transmit_bytes_total{name=~".+"}[1m])) by (name)',
        'sum(rate(container_network_receive_bytes_total{name=~".+"}[1m])) by (name)',
        'sum(rate(container_network_receive_bytes_total{id="/"}[1m])) by (id)',
    ],
    "11600": [
        'count(container_last_seen{name=~".+",job=~".+",instance=~".+"})',
        'machine_memory_bytes{instance=~".+"}',
        'machine_cpu_cores{instance=~".+"}',
        'sum(rate(container_cpu_user_seconds_total{image!="",instance=~".+"}[1m]) * 100)',
        '(sum(container_memory_usage_bytes{id="/"}) / sum(machine_memory_bytes)) * 100',
        'sum(container_memory_usage_bytes{container_label_org_label_schema_group="",instance=~".+",name=~".+"}) by (name)',
        'sum by (name) (rate(container_cpu_usage_seconds_total{image!="",container_label_org_label_schema_group=""}[1m])) / scalar(count(machine_cpu_cores)) * 100',
        'rate(container_cpu_usage_seconds_total{id="/"}[1m])',
        'sum by (name) (container_memory_cache{name!=""})',
        'sum by (name) (container_memory_swap{name!=""})',
        'container_threads{name!=""}',
        'container_processes{name!=""}',
    ],
    "dockprom": [
        'sum by (name) (rate(container_cpu_usage_seconds_total{image!="",container_label_org_label_schema_group=""}[1m])) * 100',
        'sum by (name) (container_memory_usage_bytes{image!="",container_label_org_label_schema_group=""})',
        'sum by (name) (container_memory_cache{image!="",container_label_org_label_schema_group=""})',
        'sum by (name) (rate(container_network_receive_bytes_total{image!="",container_label_org_label_schema_group=""}[1m]))',
        'sum by (name) (rate(container_network_transmit_bytes_total{image!="",container_label_org_label_schema_group=""}[1m]))',
        'count(container_last_seen{image!=""})',
    ],
    "docker-mixin": [
        'sum(count by (name) (container_last_seen{job!="kubelet",image!=""}))',
        'sum(container_memory_usage_bytes{job!="kubelet",name=~".+"}) / sum(machine_memory_bytes{job!="kubelet"})',
        'sum(rate(container_cpu_usage_seconds_total{job!="kubelet",name=~".+"}[1m])) / sum(machine_cpu_cores)',
        'avg by (name) (container_spec_memory_reservation_limit_bytes{job!="kubelet",name=~".+"})',
        'sum by (name) (rate(container_fs_reads_total{job!="kubelet",device=~"/dev/.*"}[1m]) + rate(container_fs_writes_total{job!="kubelet",device=~"/dev/.*"}[1m]))',
        'sum by (name) (rate(container_network_receive_packets_dropped_total{job!="kubelet",name=~".+"}[1m]))',
        'sum by (name) (rate(container_network_transmit_errors_total{job!="kubelet",name=~".+"}[1m]))',
    ],
    "kubernetes-mixin": [
        'sum by (name) (increase(container_cpu_cfs_throttled_periods_total{name!=""}[1m])) / sum by (name) (increase(container_cpu_cfs_periods_total[1m]))',
        'sum(container_memory_working_set_bytes{image!=""})',
        'sum(rate(container_fs_reads_bytes_total{device=~"(/dev.+)|nvme.+|sd.+|vd.+",image!=""}[1m]))',
        'sum(rate(container_memory_failures_total{failure_type="pgmajfault",scope="container"}[1m])) by (name)',
        'sum(rate(container_pressure_memory_waiting_seconds_total[1m])) by (name)',
    ],
}
# Regular expressions for questions that the machine of the test cannot answer, and why.
EMPTY = [
    (r'.*network.*id="/".*', "the virtual machine has no network but its loopback"),
    (r'.*container_fs_.*image!="".*', "no io controller is delegated to users"),
]


def main():
    prometheus = Prometheus(sys.argv[1])
    faults, count = [], 0
    for dashboard, questions in QUESTIONS.items():
        for question in questions:
            count += 1
            data, error = prometheus.ask("query", query=question)
            answered = any(row["value"][1] != "NaN" for row in data["result"])
            excuse = next((why for pattern, why in EMPTY if re.fullmatch(pattern, question)), None)
            if error:
                faults.append("%s: %s: %s" % (dashboard, error, question))
            elif answered == bool(excuse):
                faults.append("%s: %s: %s" % (dashboard, "answers, although: " + excuse if excuse else "nothing", question))
    for fault in faults:
        print(fault)
    print("%d questions of %d dashboards, %d faults" % (count, len(QUESTIONS), len(faults)))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
