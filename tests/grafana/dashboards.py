"""The shipped dashboards and rules as data: where an expression stands, and what it says with its variables filled in."""
import glob
import json
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DASHBOARDS = sorted(glob.glob(os.path.join(ROOT, "conf/grafana/dashboards/*.json")))
RULES = os.path.join(ROOT, "conf/prometheus/cgroupd.rules.yml")


def load():
    for path in DASHBOARDS:
        with open(path, encoding="utf-8") as file:
            yield os.path.basename(path), json.load(file)


def panels(dashboard):
    """All of them, also those folded away in rows."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def substitute(expr, variables, rate_interval, range_):
    """Grafana's part: longest names first, so that $job does not eat $job_name."""
    known = dict(variables, __rate_interval=rate_interval, __range=range_, __interval=rate_interval)
    for name in sorted(known, key=len, reverse=True):
        expr = re.sub(r"\$\{%s(?::\w+)?\}|\$%s\b" % (name, name), lambda _: known[name], expr)
    return expr


def expressions(variables, rate_interval="5m", range_="1h"):
    """(where it stands, expression) of every target and every query variable."""
    for name, dashboard in load():
        for panel in panels(dashboard):
            for target in panel.get("targets", []):
                yield "%s / %s / %s" % (name, panel["title"], target["refId"]), substitute(target["expr"], variables, rate_interval, range_)
        for variable in dashboard["templating"]["list"]:
            match = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"]) if variable["type"] == "query" else None
            if match:
                yield "%s / $%s" % (name, variable["name"]), "count by (%s) (%s)" % (match[2], substitute(match[1], variables, rate_interval, range_))


def rules():
    """(alert or record, expression). Our own file's YAML, which is simple: no parser is needed for it."""
    with open(RULES, encoding="utf-8") as file:
        lines = file.read().split("\n")
    name = None
    for i, line in enumerate(lines):
        start = re.match(r"\s+- (alert|record): (\S+)$", line)
        if start:
            name = start[2]
        expr = re.match(r"(\s+)expr: (.*)$", line)
        if not expr:
            continue
        text = expr[2]
        if text == ">-":
            depth = len(expr[1])
            rest = []
            for more in lines[i + 1:]:
                if len(more) - len(more.lstrip()) <= depth:
                    break
                rest.append(more.strip())
            text = " ".join(rest)
        yield name, text
