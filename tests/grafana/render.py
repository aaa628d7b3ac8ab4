#!/usr/bin/env python3
"""Draws what the shipped dashboards show of a Prometheus' data, one picture each, for whoever changes them to look at.

usage: render.py PROMETHEUS DIR [--cgroup NAME]... [--last SECONDS] [--before-end SECONDS] [--interval SECONDS] [--dashboard PART-OF-NAME]

PROMETHEUS is a URL, or the directory with the data of one that has run. The dashboard of one cgroup is drawn for each NAME. It is no
Grafana: places, units, names, thresholds, overrides and what becomes of a table's columns are Grafana's, the rest resembles it.
Needs python3-matplotlib (./dev deps does not install it)."""
import argparse
import os
import sys

import dashboards
from drawing import Picture
from recorded import Look, Prometheus


def draw(dashboard, look, title, path):
    empty, wrong = [], []
    picture = Picture(dashboard, title, look.begin, look.end)
    for panel in dashboards.panels(dashboard):
        if panel["type"] == "row":
            picture.row(panel)
            continue
        answers = []
        for target in panel["targets"]:
            rows, error = look.target(target)
            if error:
                wrong.append("%s / %s: %s" % (panel["title"], target["refId"], error))
            answers.append((target, rows))
        if not any(rows for _, rows in answers):
            empty.append(panel["title"])
        picture.panel(panel, answers)
    picture.save(path)
    print("%s%s" % (path, "; empty: " + ", ".join(empty) if empty else ""))
    return wrong


def main():
    asked = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    asked.add_argument("prometheus")
    asked.add_argument("directory")
    asked.add_argument("--cgroup", action="append", default=[])
    asked.add_argument("--last", type=float, default=300)
    asked.add_argument("--before-end", type=float, default=0)
    asked.add_argument("--interval", type=float, default=1)
    asked.add_argument("--dashboard", default="")
    asked = asked.parse_args()
    os.makedirs(asked.directory, exist_ok=True)
    prometheus = Prometheus(asked.prometheus)
    wrong = []
    try:
        first, last = prometheus.span()
        last -= asked.before_end
        begin = max(first, last - asked.last)
        for name, dashboard in dashboards.load():
            if asked.dashboard not in name:
                continue
            about_one = any(variable["name"] == "cgroup" and not variable["multi"] for variable in dashboard["templating"]["list"])
            for cgroup in asked.cgroup if about_one else [None]:
                variables = {"cgroup": cgroup} if cgroup else {}
                look = Look(prometheus, begin, last, asked.interval, **variables)
                title = dashboard["title"] + (": " + cgroup if cgroup else "")
                file = name[:-len(".json")] + ("-" + cgroup.replace("/", "-") if cgroup else "") + ".png"
                wrong += draw(dashboard, look, title, os.path.join(asked.directory, file))
    finally:
        prometheus.close()
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
