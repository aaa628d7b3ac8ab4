#!/usr/bin/env python3
"""The rules of Grafana's dashboard linter and our own, for every shipped dashboard. usage: lint.py [DASHBOARD...]"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

import dashboards

UNITS = {"short", "bytes", "s", "percentunit", "Bps", "iops", "reqps", "cps", "locale", "dateTimeFromNow"}
PANELS = {"row", "timeseries", "stat", "table", "state-timeline"}
# Counters may be looked at only through these.
RATES = r"(?:rate|increase|irate)\(\s*%s\b"
RANGES = {"[$__rate_interval]", "[$__range]"}
# Families that no panel and no rule shows, and why.
UNUSED = {
    "process_virtual_memory_bytes": "an address space says nothing about what is used, and hides what is; others' dashboards ask for it",
}
# What need not select by job and instance, and why.
WITHOUT_MATCHERS = {"vector(0)": "no series", "time()": "no series"}


def counters_in(expr):
    return set(re.findall(r"\b[a-z_]+_total\b|\b[a-z_]+_(?:bucket|count|sum)\b", expr))


def selectors_in(expr):
    """Metric names with what stands in their braces."""
    bare = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", expr)
    for match in re.finditer(r"\b([a-z][a-z0-9_:]*)(\{[^}]*\})?(\s*\()?", bare):
        name, braces, call = match.groups()
        if call or name in ("or", "and", "unless", "by", "bool", "offset", "Inf") or re.search(r'["\w]=~?"?$', bare[:match.start()]):
            continue
        if braces or "_" in name and not in_braces(bare, match.start()):
            yield name, braces or ""


def in_braces(text, at):
    return text.rfind("{", 0, at) > text.rfind("}", 0, at) or text.rfind("[", 0, at) > text.rfind("]", 0, at)


def target_faults(where, expr):
    for name, braces in selectors_in(expr):
        for matcher in ('job=~"$job"', 'instance=~"$instance"'):
            if matcher not in braces:
                yield "%s: %s does not select %s" % (where, name, matcher)
    for counter in counters_in(expr):
        if len(re.findall(RATES % counter, expr)) != len(re.findall(r"\b%s\b" % counter, expr)):
            yield "%s: the counter %s is not under rate() or increase()" % (where, counter)
    for window in re.findall(r"\[[^\]]*\]", expr):
        if window not in RANGES:
            yield "%s: the window %s is not $__rate_interval" % (where, window)


def panel_faults(where, panel):
    if panel["type"] not in PANELS:
        yield "%s: type %s" % (where, panel["type"])
    if not panel.get("title"):
        yield "%s: no title" % where
    if panel["type"] == "row":
        return
    if not panel.get("description"):
        yield "%s: no description" % where
    if panel["fieldConfig"]["defaults"].get("unit") not in UNITS:
        yield "%s: unit %s" % (where, panel["fieldConfig"]["defaults"].get("unit"))
    if not panel.get("targets"):
        yield "%s: no target" % where
    for thing in [panel] + panel.get("targets", []):
        if thing.get("datasource") != {"type": "prometheus", "uid": "${datasource}"}:
            yield "%s: the data source is fixed" % where
    for target in panel.get("targets", []):
        if not target.get("legendFormat"):
            yield "%s: no legend" % where
        yield from target_faults(where, target["expr"])


def dashboard_faults(name, dashboard):
    if not re.fullmatch(r"[a-z-]{1,40}", dashboard.get("uid") or "") or dashboard.get("uid") + ".json" != name:
        yield "%s: uid '%s'" % (name, dashboard.get("uid"))
    if dashboard.get("id") is not None or dashboard.get("editable") or "cgroupd" not in dashboard["tags"] or dashboard["schemaVersion"] != 39:
        yield "%s: id, editable, tags or schemaVersion" % name
    variables = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
    if variables.get("datasource", {}).get("type") != "datasource":
        yield "%s: no variable datasource" % name
    for wanted in ("job", "instance"):
        if variables.get(wanted, {}).get("allValue") != ".+" or not variables[wanted].get("multi"):
            yield "%s: no variable %s for one, many or all" % (name, wanted)
    ids = [panel["id"] for panel in dashboards.panels(dashboard)]
    if len(set(ids)) != len(ids):
        yield "%s: two panels have one id" % name
    for panel in dashboards.panels(dashboard):
        yield from panel_faults("%s / %s" % (name, panel.get("title")), panel)


def promql_faults():
    """promtool parses expressions in rules: so these become some."""
    exprs = list(dashboards.expressions({"job": ".+", "instance": ".+", "root": ".*", "cgroup": "web", "datasource": "x"}))
    made = {"groups": [{"name": "expressions", "rules": [{"record": "x:%d" % i, "expr": expr} for i, (_, expr) in enumerate(exprs)]}]}
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        json.dump(made, file)
        file.flush()
        checked = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True)
    if checked.returncode != 0:
        yield "PromQL: %s" % checked.stderr.strip()
    if len(exprs) < 100:
        yield "only %d expressions were found" % len(exprs)


def families():
    """The native families: of the two tables, and whatever else is named where metrics are made."""
    found = set()
    for path in ["daemon/model/limits.cpp"] + glob.glob(os.path.join(dashboards.ROOT, "daemon/metrics/*.cpp")):
        if "cadvisor" in path:
            continue
        with open(os.path.join(dashboards.ROOT, path), encoding="utf-8") as file:
            text = re.sub(r"for_cadvisor\((?:[^()]|\([^()]*\))*\)", "", file.read())
        # A name that ends in _ is the beginning of others.
        found |= set(re.findall(r'"((?:cgroup|cgroupd|process)_[a-z_]*[a-z])"', text))
    return found - {"cgroup_procs"}


def coverage_faults():
    used = "\n".join([expr for _, expr in dashboards.expressions({})] + [expr for _, expr in dashboards.rules()])
    for family in sorted(families()):
        is_used = re.search(r"\b%s(_bucket|_count|_sum)?\b" % family, used)
        if not is_used and family not in UNUSED:
            yield "no panel or rule uses %s" % family
        if is_used and family in UNUSED:
            yield "%s is used, although it is said: %s" % (family, UNUSED[family])
    for family in UNUSED.keys() - families():
        yield "UNUSED names %s, which there is not" % family


def main():
    found = []
    if sys.argv[1:]:
        for path in sys.argv[1:]:
            with open(path, encoding="utf-8") as file:
                found += dashboard_faults(os.path.basename(path), json.load(file))
    else:
        for name, dashboard in dashboards.load():
            found += dashboard_faults(name, dashboard)
        found += list(promql_faults()) + list(coverage_faults())
    for fault in found:
        print(fault)
    sys.exit("%d faults" % len(found) if found else 0)


if __name__ == "__main__":
    main()
