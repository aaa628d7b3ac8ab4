#!/usr/bin/env python3
"""Runs every expression of every shipped dashboard and rule on a Prometheus that has scraped the daemon for a while.

usage: query.py PROMETHEUS-URL CGROUP...

The dashboard of one cgroup is asked for each CGROUP in turn. An expression that answers nothing for any of them is a fault, unless EMPTY
says why it may; one that EMPTY names although it answers is told, too, so that the list does not outlive its reasons."""
import re
import sys

import dashboards
from recorded import Prometheus

# Regular expressions for where it stands, and why nothing need come. The reasons are this machine's and this workload's.
EMPTY = [
    (r"cgroupd-cgroup.json / (Bytes|Operations) / .", "no io controller is delegated to users"),
    (r"cgroupd-cgroup.json / Waiting for a CPU / C", "kernels without CONFIG_IRQ_TIME_ACCOUNTING have no irq.pressure"),
    (r"cgroupd-cgroup.json / Limits / [MNO]", "neither cpuset nor io is delegated to users"),
    (r"cgroupd-cgroup.json / Swap and write-back / [AC]", "without swap there is neither memory.swap.current nor memory.zswap.current everywhere"),
    (r"cgroupd-health.json / Refused writes / A", "nothing refused"),
    (r"cgroupd-health.json / Bus errors / A", "no errors"),
]
# Alerts that this workload must raise (their condition, without the time they wait); all others must be silent.
RAISED = {"CgroupOomKill", "CgroupThrottled", "CgroupUnderMemoryPressure", "CgroupNearPidsLimit"}
MAY_BE_RAISED = {"CgroupNearMemoryLimit", "CgroupUnderIoPressure"}


def reason(where):
    return next((why for pattern, why in EMPTY if re.fullmatch(pattern, where)), None)


def main():
    prometheus, cgroups = Prometheus(sys.argv[1]), sys.argv[2:]
    faults = []
    answered = set()
    asked = set()
    for cgroup in cgroups:
        variables = {"job": ".+", "instance": ".+", "root": ".*", "cgroup": cgroup, "datasource": "x"}
        for where, expr in dashboards.expressions(variables, rate_interval="10s", range_="1m"):
            # What need not answer is asked once.
            if where in answered or where in asked and reason(where):
                continue
            asked.add(where)
            data, error = prometheus.ask("query", query=expr)
            if error:
                faults.append("%s: %s: %s" % (where, error, expr))
            # 0/0 is no answer.
            if any(row["value"][1] != "NaN" for row in data["result"]):
                answered.add(where)
    for where in sorted(asked - answered):
        if not reason(where):
            faults.append("%s: nothing" % where)
    for where in sorted(answered):
        if reason(where) and not re.search("everywhere|irq", reason(where)):
            faults.append("%s: answers, although it is said: %s" % (where, reason(where)))
    for pattern, _ in EMPTY:
        if not any(re.fullmatch(pattern, where) for where in asked):
            faults.append("EMPTY names what there is not: %s" % pattern)
    for name, expr in dashboards.rules():
        data, error = prometheus.ask("query", query=expr)
        rows = data["result"]
        is_alert = name[0].isupper()
        if error:
            faults.append("%s: %s" % (name, error))
        elif not rows and (not is_alert or name in RAISED):
            faults.append("%s: nothing" % name)
        elif rows and is_alert and name not in RAISED | MAY_BE_RAISED:
            faults.append("%s: raised: %s" % (name, rows[0]["metric"]))
    for fault in faults:
        print(fault)
    print("%d expressions of dashboards, %d answered; %d rules; %d faults" % (len(asked), len(answered), len(list(dashboards.rules())), len(faults)))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
