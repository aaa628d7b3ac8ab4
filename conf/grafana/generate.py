#!/usr/bin/env python3
"""Writes the dashboards, their provisioning and nothing else. usage: generate.py [--check]

The dashboards are data in this file; the JSON is made from it, sorted and with ids that depend on titles alone, so that a
change here is a small change there. --check fails when what is committed is not what would be written."""
import json
import os
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
TAG = "cgroupd"
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
SELECT = 'job=~"$job",instance=~"$instance"'
# The label root is there only where one daemon shows the cgroups of all users; what is absent matches .* too.
SELECT_CGROUP = SELECT + ',root=~"$root",cgroup=~"$cgroup"'


def stable_id(*parts):
    return zlib.crc32("/".join(parts).encode()) % 1_000_000 + 1


def target(expr, legend, index, instant=False):
    made = {"datasource": DATASOURCE, "editorMode": "code", "expr": expr, "legendFormat": legend, "refId": chr(ord("A") + index)}
    made.update({"format": "table", "instant": True, "range": False} if instant else {"range": True})
    return made


DETAIL_LINK = {"title": "This cgroup in depth", "url": "/d/cgroupd-cgroup?var-cgroup=${__field.labels.cgroup}&${root:queryparam}&${datasource:queryparam}"
               "&${job:queryparam}&${instance:queryparam}&${__url_time_range}"}


def dashed(name, color=None):
    """What is a limit and not a use: a dashed line without an area below it."""
    return {"matcher": {"id": "byRegexp", "options": "/%s$/" % name}, "properties": [
        {"id": "custom.lineStyle", "value": {"dash": [10, 10], "fill": "dash"}}, {"id": "custom.fillOpacity", "value": 0}] + (
            [{"id": "color", "value": {"mode": "fixed", "fixedColor": color}}] if color else [])}


def panel(kind, title, unit, description, targets, thresholds=None, link=False, options=None, mappings=None, minimum=None, maximum=None,
          decimals=None, overrides=None, transformations=None, nothing=None):
    """`decimals`: 0 for counts, of which there is no half. `nothing`: what no data mean. A panel of numbers takes its color from `thresholds`; among lines they are lines, too."""
    lines = kind == "timeseries"
    defaults = {"unit": unit, "links": [DETAIL_LINK] if link else [], "mappings": mappings or [],
                "color": {"mode": "palette-classic" if lines else "thresholds"},
                "thresholds": {"mode": "absolute", "steps": [{"color": "green", "value": None}] + [
                    {"color": color, "value": value} for color, value in thresholds or []]}}
    if minimum is not None:
        defaults["min"] = minimum
    if maximum is not None:
        defaults["max"] = maximum
    if decimals is not None:
        defaults["decimals"] = decimals
    if nothing:
        defaults["noValue"] = nothing
    instant = kind == "table"
    made = {"type": kind, "title": title, "description": description, "datasource": DATASOURCE,
            "fieldConfig": {"defaults": defaults, "overrides": overrides or []}, "options": options or {},
            "targets": [target(expr, legend, i, instant) for i, (expr, legend) in enumerate(targets)]}
    if kind == "timeseries":
        made["options"] = {"legend": {"calcs": ["lastNotNull", "max"], "displayMode": "table", "placement": "bottom", "showLegend": True},
                           "tooltip": {"mode": "multi", "sort": "desc"}}
        defaults["custom"] = {"fillOpacity": 10, "lineWidth": 1, "showPoints": "never"}
        if thresholds:
            defaults["custom"]["thresholdsStyle"] = {"mode": "dashed"}
    if kind == "stat":
        made["options"] = dict({"colorMode": "value", "graphMode": "area", "justifyMode": "auto", "textMode": "auto",
                                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}, **made["options"])
    if transformations:
        made["transformations"] = transformations
    if kind == "state-timeline":
        made["options"] = {"alignValue": "left", "mergeValues": True, "rowHeight": 0.9, "showValue": "never",
                           "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True}, "tooltip": {"mode": "single", "sort": "none"}}
    return made


def variable(name, label, query, multi=True, everything=".+"):
    made = {"name": name, "label": label, "type": "query", "datasource": DATASOURCE, "query": {"query": query, "refId": name},
            "refresh": 2, "sort": 1, "multi": multi, "includeAll": multi, "hide": 0, "regex": "", "skipUrlSync": False, "options": []}
    if multi:
        made.update({"allValue": everything, "current": {"selected": True, "text": "All", "value": "$__all"}})
    return made


def variables(cgroup):
    made = [{"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "hide": 0, "regex": "",
             "multi": False, "includeAll": False, "refresh": 1, "skipUrlSync": False, "options": []},
            variable("job", "Job", "label_values(cgroupd_build_info, job)"),
            variable("instance", "Instance", 'label_values(cgroupd_build_info{job=~"$job"}, instance)')]
    if cgroup is not None:
        made.append(variable("root", "Owner", "label_values(cgroupd_cgroup_info{%s}, root)" % SELECT, everything=".*"))
        made.append(variable("cgroup", "Cgroup", "label_values(cgroupd_cgroup_info{%s}, cgroup)" % (SELECT + ',root=~"$root"'), multi=cgroup == "many"))
    return made


def dashboard(uid, title, description, cgroup, rows):
    panels = []
    y = 0
    for name, height, row in rows:
        panels.append({"type": "row", "title": name, "id": stable_id(uid, name), "collapsed": False, "panels": [],
                       "gridPos": {"h": 1, "w": 24, "x": 0, "y": y}})
        y += 1
        edges = [24 * i // len(row) for i in range(len(row) + 1)]
        for left, right, made in zip(edges, edges[1:], row):
            panels.append(dict(made, id=stable_id(uid, name, made["title"]), gridPos={"h": height, "w": right - left, "x": left, "y": y}))
        y += height
    ids = [p["id"] for p in panels]
    assert len(set(ids)) == len(ids), uid
    return {"uid": uid, "id": None, "title": title, "description": description, "tags": [TAG], "schemaVersion": 39, "version": 1,
            "editable": False, "fiscalYearStartMonth": 0, "graphTooltip": 1, "liveNow": False, "refresh": "30s", "timezone": "browser",
            "time": {"from": "now-1h", "to": "now"}, "timepicker": {}, "weekStart": "",
            "links": [{"type": "dashboards", "tags": [TAG], "title": "cgroupd", "asDropdown": True, "includeVars": True, "keepTime": True,
                       "targetBlank": False, "icon": "external link", "tooltip": "", "url": ""}],
            "annotations": {"list": []}, "templating": {"list": variables(cgroup)}, "panels": panels}


def rate(metric, select=SELECT_CGROUP, extra=""):
    return "rate(%s{%s%s}[$__rate_interval])" % (metric, select, extra)


def gauge(metric, select=SELECT_CGROUP, extra=""):
    return "%s{%s%s}" % (metric, select, extra)


def increase(metric, select=SELECT_CGROUP, extra=""):
    return "increase(%s{%s%s}[$__rate_interval])" % (metric, select, extra)


def cells(width=None, unit=None, steps=None, cell=None, links=None, decimals=None):
    """What one column of a table looks like."""
    made = [("custom.width", width), ("unit", unit), ("decimals", decimals), ("links", links),
            ("custom.cellOptions", {"type": cell} if cell else None),
            ("thresholds", {"mode": "absolute", "steps": [{"color": "transparent", "value": None}] + [
                {"color": color, "value": value} for color, value in steps]} if steps else None)]
    return [{"id": key, "value": value} for key, value in made if value is not None]


def columns(hidden, shown):
    """Transformations and overrides of a table: `shown` is (column, title, look) from left to right."""
    organize = {"excludeByName": {name: True for name in hidden}, "indexByName": {name: i for i, (name, _, _) in enumerate(shown)},
                "renameByName": {name: title for name, title, _ in shown}}
    return ([{"id": "merge", "options": {}}, {"id": "organize", "options": organize}],
            [{"matcher": {"id": "byName", "options": title}, "properties": look} for _, title, look in shown if look])


def table(title, description, targets, hidden, shown, sort, descending=True):
    transformations, overrides = columns(hidden, shown)
    return panel("table", title, "short", description, targets, transformations=transformations, overrides=overrides,
                 options={"cellHeight": "sm", "showHeader": True, "sortBy": [{"displayName": sort, "desc": descending}]})


def share(metric, of, select=SELECT_CGROUP):
    """Of two rates; nothing where there is nothing to share, as in a cgroup without a quota."""
    return "%s / (%s > 0)" % (rate(metric, select), rate(of, select))


def near_memory_limit(select=SELECT_CGROUP):
    """By memory.max or memory.high, whichever stops it first."""
    high, most = gauge("cgroup_memory_high_bytes", select), gauge("cgroup_memory_max_bytes", select)
    return "%s / (%s < %s or %s)" % (gauge("cgroup_memory_working_set_bytes", select), high, most, most)


def series(kind, title, unit, description, metrics, make, **more):
    return panel(kind, title, unit, description, [(make(metric), legend) for metric, legend in metrics], **more)


NO_IO = "no I/O yet, or the io controller is not delegated: cgctl doctor"
GOOD_BAD = [{"type": "value", "options": {"0": {"text": "no", "color": "red", "index": 1}, "1": {"text": "yes", "color": "green", "index": 0}}}]
NEAR = [("orange", 0.8), ("red", 0.95)]
TROUBLE = [("red", 1)]
THROTTLED = [("orange", 0.25), ("red", 0.75)]
WAITING = [("orange", 0.1), ("red", 0.5)]
COLORED = "color-text"


def each(expr):
    """One row a cgroup, without what would keep the columns of a table from meeting."""
    return "sum by (instance, root, cgroup) (%s)" % expr


# A link in a table has no series, but a row.
ROW_LINK = [dict(DETAIL_LINK, url=DETAIL_LINK["url"].replace("__field.labels.cgroup", "__value.raw"))]

# Panels show one cgroup's own numbers: a parent's contain its children's, so nothing is summed over cgroups.
OVERVIEW = dashboard("cgroupd-overview", "cgroupd / Overview", "Every cgroup: what it uses of its limits, and what slows or kills it.", "many", [
    ("At a glance", 4, [
        panel("stat", "Cgroups", "short", "cgroupd_managed_cgroups: cgroups on the page of the daemon.",
              [("sum(%s)" % gauge("cgroupd_managed_cgroups", SELECT), "cgroups")]),
        panel("stat", "OOM kills", "short", "cgroup_memory_local_events_oom_kill_total over the range shown (memory.events.local oom_kill).",
              [("sum(increase(cgroup_memory_local_events_oom_kill_total{%s}[$__range]))" % SELECT_CGROUP, "kills")], thresholds=TROUBLE),
        panel("stat", "Near their memory limit", "short", "Cgroups with a working set above 90 % of memory.max or memory.high, whichever is lower.",
              [("count(%s > 0.9) or vector(0)" % near_memory_limit(), "cgroups")],
              thresholds=TROUBLE),
        panel("stat", "Throttled", "short", "Cgroups whose CPU quota ran out in more than a quarter of their periods (cpu.stat nr_throttled).",
              [("count(%s > 0.25) or vector(0)" % share("cgroup_cpu_throttled_periods_total", "cgroup_cpu_periods_total"), "cgroups")],
              thresholds=TROUBLE),
        panel("stat", "Limits that drifted", "short", "cgroup_drifted_limits: limits in force that are not what cgroupd keeps them at.",
              [("sum(%s) or vector(0)" % gauge("cgroup_drifted_limits"), "limits")], thresholds=TROUBLE),
    ]),
    ("Every cgroup", 10, [
        table("Who needs what", "A line a cgroup: what it uses, how near it is to its limits, what it waits for, and kills over the range shown. "
              "Colored from where it begins to hurt.",
              [(each(gauge("cgroup_memory_working_set_bytes")), "{{cgroup}}"),
               (each(near_memory_limit()), "{{cgroup}}"),
               (each(rate("cgroup_cpu_usage_seconds_total")), "{{cgroup}}"),
               (each(share("cgroup_cpu_throttled_periods_total", "cgroup_cpu_periods_total")), "{{cgroup}}"),
               (each("%s / %s" % (gauge("cgroup_pids_current"), gauge("cgroup_pids_max"))), "{{cgroup}}"),
               (each(rate("cgroup_pressure_cpu_waiting_seconds_total")), "{{cgroup}}"),
               (each(rate("cgroup_pressure_memory_waiting_seconds_total")), "{{cgroup}}"),
               (each(rate("cgroup_pressure_io_waiting_seconds_total")), "{{cgroup}}"),
               (each("increase(cgroup_memory_local_events_oom_kill_total{%s}[$__range])" % SELECT_CGROUP), "{{cgroup}}")],
              ["Time"],
              [("cgroup", "Cgroup", cells(links=ROW_LINK)), ("root", "Owner", cells(90)), ("instance", "Instance", cells(150)), ("Value #A", "Memory", cells(110, "bytes")),
               ("Value #B", "of its limit", cells(110, "percentunit", NEAR, COLORED)), ("Value #C", "CPUs", cells(110, decimals=3)),
               ("Value #D", "Throttled", cells(110, "percentunit", THROTTLED, COLORED)),
               ("Value #E", "Processes of limit", cells(150, "percentunit", NEAR, COLORED)),
               ("Value #F", "Waits for CPU", cells(120, "percentunit")),
               ("Value #G", "for memory", cells(110, "percentunit", WAITING, COLORED)), ("Value #H", "for I/O", cells(110, "percentunit", WAITING, COLORED)),
               ("Value #I", "OOM kills", cells(100, "short", TROUBLE, COLORED, decimals=0))], "Memory"),
    ]),
    ("Memory", 9, [
        panel("timeseries", "Working set", "bytes", "cgroup_memory_working_set_bytes: memory.current less inactive page cache.",
              [(gauge("cgroup_memory_working_set_bytes"), "{{cgroup}}")], link=True, minimum=0),
        panel("timeseries", "Share of the memory limit", "percentunit",
              "Working set by memory.max or memory.high, whichever is lower. A cgroup without a limit is at 0.",
              [(near_memory_limit(), "{{cgroup}}")], link=True,
              thresholds=NEAR, minimum=0),
        panel("timeseries", "OOM kills", "short", "cgroup_memory_local_events_oom_kill_total: processes of this very cgroup killed, since a few scrapes before.",
              [(increase("cgroup_memory_local_events_oom_kill_total"), "{{cgroup}}")], link=True, minimum=0, decimals=0),
    ]),
    ("CPU", 9, [
        panel("timeseries", "CPUs used", "short", "cgroup_cpu_usage_seconds_total per second: 1 is one CPU (cpu.stat usage_usec).",
              [(rate("cgroup_cpu_usage_seconds_total"), "{{cgroup}}")], link=True, minimum=0, decimals=3),
        panel("timeseries", "Periods throttled", "percentunit", "Share of quota periods in which the quota ran out (cpu.stat nr_throttled / nr_periods).",
              [(share("cgroup_cpu_throttled_periods_total", "cgroup_cpu_periods_total"), "{{cgroup}}")], link=True,
              thresholds=THROTTLED, minimum=0, maximum=1, nothing="no cgroup with a CPU quota is busy"),
        panel("timeseries", "Waiting for a CPU", "percentunit", "Share of time in which some task waited (cpu.pressure some).",
              [(rate("cgroup_pressure_cpu_waiting_seconds_total"), "{{cgroup}}")], link=True, minimum=0),
    ]),
    ("Pressure and processes", 9, [
        panel("timeseries", "Waiting for memory", "percentunit", "Share of time in which some task waited (memory.pressure some).",
              [(rate("cgroup_pressure_memory_waiting_seconds_total"), "{{cgroup}}")], link=True, minimum=0),
        panel("timeseries", "Waiting for I/O", "percentunit", "Share of time in which some task waited (io.pressure some).",
              [(rate("cgroup_pressure_io_waiting_seconds_total"), "{{cgroup}}")], link=True, minimum=0),
        panel("timeseries", "Processes and threads", "short", "cgroup_pids_current (pids.current).",
              [(gauge("cgroup_pids_current"), "{{cgroup}}")], link=True, minimum=0, decimals=0),
    ]),
    ("Who is who", 10, [
        table("Names", "cgroupd_cgroup_info: paths, owners, container names and images, where they are known.",
              [(gauge("cgroupd_cgroup_info"), "{{cgroup}}")], ["Time", "__name__", "job", "Value"],
              [("cgroup", "Cgroup", cells(220, links=ROW_LINK)), ("container", "Container", []), ("pod", "Pod", []), ("image", "Image", []),
               ("runtime", "Runtime", []), ("unit", "Unit", []), ("root", "Owner", cells(90)), ("owner_uid", "User id", cells(80)), ("policy", "Drift policy", cells(110)),
               ("instance", "Instance", cells(150)), ("path", "Path", [])], "Cgroup", descending=False),
    ]),
])

ONE = SELECT + ',root=~"$root",cgroup="$cgroup"'
LIMITS = [("cgroup_memory_max_bytes", "memory.max", "bytes"), ("cgroup_memory_high_bytes", "memory.high", "bytes"),
          ("cgroup_memory_low_bytes", "memory.low", "bytes"), ("cgroup_memory_min_bytes", "memory.min", "bytes"),
          ("cgroup_memory_swap_max_bytes", "memory.swap.max", "bytes"), ("cgroup_memory_oom_group", "memory.oom.group", "short"),
          ("cgroup_cpu_quota_cores", "cpu.max, in CPUs", "short"), ("cgroup_cpu_period_seconds", "cpu.max period", "s"),
          ("cgroup_cpu_burst_limit_seconds", "cpu.max.burst", "s"), ("cgroup_cpu_weight", "cpu.weight", "short"), ("cgroup_cpu_idle", "cpu.idle", "short"),
          ("cgroup_pids_max", "pids.max", "short"), ("cgroup_cpuset_cpus", "CPUs of cpuset.cpus", "short"),
          ("cgroup_cpuset_mems", "nodes of cpuset.mems", "short"), ("cgroup_io_weight", "io.weight", "short")]


def named_limit(pattern):
    """All families of that name, told apart by a label `limit`."""
    return 'label_replace({__name__=~"%s",%s}, "limit", "$1", "__name__", "%s")' % (pattern.replace("(", "").replace(")", ""), ONE, pattern)


CGROUP = dashboard("cgroupd-cgroup", "cgroupd / Cgroup", "One cgroup: why it is slow, or dead.", "one", [
    ("What it is", 4, [
        panel("stat", "Memory", "bytes", "cgroup_memory_working_set_bytes: memory.current less inactive page cache.",
              [(gauge("cgroup_memory_working_set_bytes", ONE), "working set")]),
        panel("stat", "CPUs", "short", "CPU time per second: 1 is one CPU (cpu.stat usage_usec).", [(rate("cgroup_cpu_usage_seconds_total", ONE), "CPUs")], decimals=3),
        panel("stat", "Processes", "short", "cgroup_processes: in this very cgroup (cgroup.procs).", [(gauge("cgroup_processes", ONE), "processes")]),
        panel("stat", "Cgroups beneath", "short", "cgroup.stat nr_descendants.", [(gauge("cgroup_descendants", ONE), "cgroups")]),
        panel("stat", "Made", "dateTimeFromNow", "cgroup_created_timestamp_seconds.", [(gauge("cgroup_created_timestamp_seconds", ONE) + " * 1000", "made")]),
        panel("stat", "Lease ends", "dateTimeFromNow", "cgroup_lease_end_timestamp_seconds; empty without a lease.",
              [(gauge("cgroup_lease_end_timestamp_seconds", ONE) + " * 1000", "ends")], nothing="no lease"),
    ]),
    ("Why: killed?", 9, [
        series("timeseries", "Killed for memory", "short", "memory.events oom_kill and oom_group_kill: here and beneath, and of this very cgroup.",
               [("cgroup_memory_events_oom_kill_total", "here and beneath"), ("cgroup_memory_local_events_oom_kill_total", "here"),
                ("cgroup_memory_events_oom_group_kill_total", "whole groups, here and beneath"),
                ("cgroup_memory_local_events_oom_group_kill_total", "as a whole")], lambda m: increase(m, ONE), minimum=0, decimals=0),
        series("timeseries", "Ran into its memory limit", "short",
               "memory.events.local max and oom: times this very limit was reached. Zero here and kills above: a limit further up was it.",
               [("cgroup_memory_local_events_max_total", "max reached here"), ("cgroup_memory_local_events_oom_total", "nothing left here"),
                ("cgroup_memory_events_max_total", "max reached here or beneath"), ("cgroup_memory_events_oom_total", "nothing left here or beneath")],
               lambda m: increase(m, ONE), minimum=0, decimals=0),
        panel("timeseries", "Could not fork", "short", "pids.events max. Before Linux 6.12 it counts where the fork was, not at the limit.",
              [(increase("cgroup_pids_max_events_total", ONE), "refused forks")], minimum=0, decimals=0),
    ]),
    ("Why: slow for CPU?", 9, [
        panel("timeseries", "CPUs used and allowed", "short", "CPU time per second (1 is one CPU) beside the quota (cpu.stat, cpu.max). Without a quota no such line.",
              [(rate("cgroup_cpu_usage_seconds_total", ONE), "used"), (rate("cgroup_cpu_user_seconds_total", ONE), "by programs"),
               (rate("cgroup_cpu_system_seconds_total", ONE), "by the kernel for them"), (gauge("cgroup_cpu_quota_cores", ONE) + " < Inf", "quota")],
              minimum=0, decimals=3, overrides=[dashed("quota", "red")]),
        panel("timeseries", "Throttled", "percentunit", "Share of quota periods in which the quota ran out, and of time spent throttled (cpu.stat).",
              [(share("cgroup_cpu_throttled_periods_total", "cgroup_cpu_periods_total", ONE), "of periods"),
               (rate("cgroup_cpu_throttled_seconds_total", ONE), "of time, summed over CPUs")], minimum=0),
        panel("timeseries", "Waiting for a CPU", "percentunit", "cpu.pressure: some task waited, all tasks waited.",
              [(rate("cgroup_pressure_cpu_waiting_seconds_total", ONE), "some"), (rate("cgroup_pressure_cpu_stalled_seconds_total", ONE), "all"),
               (rate("cgroup_pressure_irq_stalled_seconds_total", ONE), "all, for interrupts")], minimum=0),
        panel("timeseries", "Bursts", "percentunit", "Share of quota periods with a burst, and of time used in bursts (cpu.stat nr_bursts, burst_usec).",
              [(share("cgroup_cpu_bursts_total", "cgroup_cpu_periods_total", ONE), "of periods"),
               (rate("cgroup_cpu_burst_seconds_total", ONE), "of time")], minimum=0),
    ]),
    ("Why: slow for memory?", 9, [
        series("timeseries", "Memory and its limits", "bytes", "memory.current and what bounds or protects it. A limit that is not set is not drawn.",
               [("cgroup_memory_current_bytes", "in use"), ("cgroup_memory_working_set_bytes", "working set"), ("cgroup_memory_peak_bytes", "most ever"),
                ("cgroup_memory_max_bytes", "max"), ("cgroup_memory_high_bytes", "high"), ("cgroup_memory_low_bytes", "low"),
                ("cgroup_memory_min_bytes", "min")], lambda m: gauge(m, ONE) + " < Inf", minimum=0,
               overrides=[dashed("^max", "red"), dashed("^high", "orange"), dashed("^low", "blue"), dashed("^min", "purple"), dashed("most ever")]),
        panel("timeseries", "Waiting for memory", "percentunit", "memory.pressure: some task waited, all tasks waited.",
              [(rate("cgroup_pressure_memory_waiting_seconds_total", ONE), "some"), (rate("cgroup_pressure_memory_stalled_seconds_total", ONE), "all")],
              minimum=0),
        series("timeseries", "Throttled and reclaimed from", "short", "memory.events high and low: slowed at memory.high, reclaimed below memory.low.",
               [("cgroup_memory_events_high_total", "high, here and beneath"), ("cgroup_memory_local_events_high_total", "high, here"),
                ("cgroup_memory_events_low_total", "low, here and beneath"), ("cgroup_memory_local_events_low_total", "low, here")],
               lambda m: increase(m, ONE), minimum=0, decimals=0),
        series("timeseries", "Reclaim", "cps", "Pages per second (memory.stat pgscan, pgsteal). Far more looked at than reclaimed: nothing is left to take.",
               [("cgroup_memory_reclaim_scanned_pages_total", "pages looked at"), ("cgroup_memory_reclaimed_pages_total", "pages reclaimed")],
               lambda m: rate(m, ONE), minimum=0),
    ]),
    ("What the memory is", 9, [
        series("timeseries", "Kinds", "bytes", "memory.stat: what memory.current is made of.",
               [("cgroup_memory_anon_bytes", "anonymous"), ("cgroup_memory_file_bytes", "page cache"), ("cgroup_memory_file_mapped_bytes", "mapped page cache"),
                ("cgroup_memory_shmem_bytes", "shared, tmpfs"), ("cgroup_memory_kernel_bytes", "kernel"), ("cgroup_memory_slab_bytes", "slab"),
                ("cgroup_memory_sock_bytes", "network buffers")], lambda m: gauge(m, ONE), minimum=0),
        series("timeseries", "Page faults", "cps", "Per second (memory.stat pgfault, pgmajfault). Faults that read: what is in use was thrown out before.",
               [("cgroup_memory_page_faults_total", "faults"), ("cgroup_memory_major_page_faults_total", "faults that read")],
               lambda m: rate(m, ONE), minimum=0),
        series("timeseries", "Swap and write-back", "bytes", "memory.swap.current and its limit, zswap, and page cache to be written.",
               [("cgroup_memory_swap_current_bytes", "swap"), ("cgroup_memory_swap_max_bytes", "swap max"), ("cgroup_memory_zswap_bytes", "zswap"),
                ("cgroup_memory_file_dirty_bytes", "dirty"), ("cgroup_memory_file_writeback_bytes", "being written")],
               lambda m: gauge(m, ONE) + " < Inf", minimum=0, overrides=[dashed("swap max", "red")]),
    ]),
    ("Why: slow for I/O?", 9, [
        panel("timeseries", "Bytes", "Bps", "io.stat rbytes, wbytes, dbytes per device, beside io.max.",
              [(rate("cgroup_io_read_bytes_total", ONE), "{{device}} read"), (rate("cgroup_io_written_bytes_total", ONE), "{{device}} written"),
               (rate("cgroup_io_discarded_bytes_total", ONE), "{{device}} discarded"),
               (gauge("cgroup_io_max_read_bytes_per_second", ONE) + " < Inf", "{{device}} read max"),
               (gauge("cgroup_io_max_write_bytes_per_second", ONE) + " < Inf", "{{device}} write max")], minimum=0, overrides=[dashed(" max")],
              nothing=NO_IO),
        panel("timeseries", "Operations", "iops", "io.stat rios, wios, dios per device, beside io.max.",
              [(rate("cgroup_io_reads_total", ONE), "{{device}} reads"), (rate("cgroup_io_writes_total", ONE), "{{device}} writes"),
               (rate("cgroup_io_discards_total", ONE), "{{device}} discards"),
               (gauge("cgroup_io_max_read_operations_per_second", ONE) + " < Inf", "{{device}} reads max"),
               (gauge("cgroup_io_max_write_operations_per_second", ONE) + " < Inf", "{{device}} writes max")], minimum=0, overrides=[dashed(" max")],
              nothing=NO_IO),
        panel("timeseries", "Waiting for I/O", "percentunit", "io.pressure: some task waited, all tasks waited.",
              [(rate("cgroup_pressure_io_waiting_seconds_total", ONE), "some"), (rate("cgroup_pressure_io_stalled_seconds_total", ONE), "all")], minimum=0),
    ]),
    ("Limits in force", 6, [
        panel("stat", "Limits", "short", "What the kernel enforces now. ∞ is no limit; what is missing is not delegated or not there on this kernel.",
              [(gauge(metric, ONE), name) for metric, name, _ in LIMITS], options={"graphMode": "none", "textMode": "value_and_name"},
              overrides=[{"matcher": {"id": "byName", "options": name}, "properties": [{"id": "unit", "value": unit}]}
                         for _, name, unit in LIMITS if unit != "short"]),
    ]),
    ("Statements, processes and state", 9, [
        table("Kept and in force", "What cgroupd keeps (cgroup_desired_*) beside what the kernel has, in the unit that ends the name. They differ while somebody else "
              "has written, or where the kernel rounds.",
              [("sum by (limit, device) (%s)" % named_limit("cgroup_desired_(.+)"), "{{limit}} {{device}}"),
               ("sum by (limit, device) (%s) and on (limit, device) (%s)" % (named_limit("cgroup_(.+)"), named_limit("cgroup_desired_(.+)")),
                "{{limit}} {{device}}")],
              ["Time"], [("limit", "Limit", []), ("device", "Device", []), ("Value #A", "Kept", cells(unit="locale")),
                         ("Value #B", "In force", cells(unit="locale"))], "Limit", descending=False),
        panel("timeseries", "Processes and threads", "short", "pids.current, pids.peak, pids.max.",
              [(gauge("cgroup_pids_current", ONE), "now"), (gauge("cgroup_pids_peak", ONE), "most ever"), (gauge("cgroup_pids_max", ONE) + " < Inf", "max")],
              minimum=0, decimals=0, overrides=[dashed("^max", "red"), dashed("most ever")]),
        panel("state-timeline", "State", "short", "cgroup.events populated and frozen.",
              [(gauge("cgroup_populated", ONE), "has processes"), (gauge("cgroup_frozen", ONE), "frozen")],
              mappings=[{"type": "value", "options": {"0": {"text": "no", "color": "text", "index": 0}, "1": {"text": "yes", "color": "blue", "index": 1}}}]),
        panel("timeseries", "Removed cgroups still holding memory", "short", "cgroup.stat nr_dying_descendants: what was removed beneath, but has page cache left.",
              [(gauge("cgroup_dying_descendants", ONE), "dying")], minimum=0, decimals=0),
    ]),
])

HEALTH = dashboard("cgroupd-health", "cgroupd / Delegation and drift", "The daemon itself: is what was asked for in force, and does it do its work.", "many", [
    ("The daemon", 4, [
        panel("stat", "Up", "short", "Whether the last scrape worked.", [("up{%s}" % SELECT, "{{instance}}")], mappings=GOOD_BAD, thresholds=[("green", 1)]),
        panel("stat", "Version", "short", "cgroupd_build_info.", [(gauge("cgroupd_build_info", SELECT), "{{version}}")],
              options={"textMode": "name", "graphMode": "none"}),
        panel("stat", "Running since", "dateTimeFromNow", "process_start_time_seconds.", [("process_start_time_seconds{%s} * 1000" % SELECT, "{{instance}}")]),
        panel("stat", "Cgroups left out", "short", "cgroupd_cgroups_skipped: by limit, depth, name or pattern.",
              [("sum by (reason) (%s)" % gauge("cgroupd_cgroups_skipped", SELECT), "{{reason}}")]),
        panel("stat", "Configuration", "short", "cgroupd_config_last_reload_successful.", [(gauge("cgroupd_config_last_reload_successful", SELECT), "{{instance}}")],
              mappings=GOOD_BAD, thresholds=[("green", 1)]),
    ]),
    ("What is delegated", 5, [
        panel("stat", "Controllers", "short", "cgroupd_controller_delegated: limits of a controller that is not delegated are refused; cgctl doctor says what adds it.",
              [(gauge("cgroupd_controller_delegated", SELECT), "{{controller}}")], options={"graphMode": "none", "textMode": "value_and_name"},
              mappings=[{"type": "value", "options": {"0": {"text": "no", "color": "orange", "index": 1}, "1": {"text": "yes", "color": "green", "index": 0}}}]),
        table("Where", "cgroupd_root_info: the delegated cgroup of each daemon, and the user it belongs to.",
              [(gauge("cgroupd_root_info", SELECT), "{{path}}")], ["Time", "__name__", "job", "Value"],
              [("instance", "Instance", cells(160)), ("root", "Owner", cells(90)), ("uid", "User id", cells(80)), ("path", "Delegated root", [])], "Instance", descending=False),
    ]),
    ("Desired against in force", 9, [
        panel("timeseries", "Limits that differ", "short", "cgroup_drifted_limits: in force, but not what cgroupd keeps them at.",
              [(gauge("cgroup_drifted_limits"), "{{cgroup}}")], link=True, minimum=0),
        panel("timeseries", "Drift found and mended", "short", "cgroupd_drift_detected_total, _repairs_total, _repair_errors_total. Found and not mended: the policy may be to report or adopt it.",
              [("sum(%s)" % increase("cgroupd_drift_detected_total", SELECT), "found"),
               ("sum(%s)" % increase("cgroupd_drift_repairs_total", SELECT), "mended"),
               ("sum(%s)" % increase("cgroupd_drift_repair_errors_total", SELECT), "not mended")], minimum=0, decimals=0),
        panel("timeseries", "Leases", "s", "Time until the next lease of a cgroup ends (cgroup_lease_end_timestamp_seconds).",
              [(gauge("cgroup_lease_end_timestamp_seconds") + " - time()", "{{cgroup}}")], link=True),
        panel("timeseries", "Since the last comparison", "s", "Time since cgroupd_reconcile_last_success_timestamp_seconds: everything is compared at the start; afterwards the kernel tells of each change.",
              [("time() - %s" % gauge("cgroupd_reconcile_last_success_timestamp_seconds", SELECT), "{{instance}}")], minimum=0),
    ]),
    ("Requests and writes", 9, [
        panel("timeseries", "Bus requests", "reqps", "cgroupd_dbus_request_duration_seconds_count by method.",
              [("sum by (method) (%s) > 0" % rate("cgroupd_dbus_request_duration_seconds_count", SELECT), "{{method}}")], minimum=0,
              nothing="no requests"),
        panel("timeseries", "Bus requests, slowest of a hundred", "s", "99th percentile of cgroupd_dbus_request_duration_seconds.",
              [("histogram_quantile(0.99, sum by (le, method) (%s)) > 0" % rate("cgroupd_dbus_request_duration_seconds_bucket", SELECT), "{{method}}")],
              minimum=0, nothing="no requests"),
        panel("timeseries", "Bus errors", "short", "cgroupd_dbus_request_errors_total by method and error.",
              [("sum by (method, error) (%s) > 0" % increase("cgroupd_dbus_request_errors_total", SELECT), "{{method}} {{error}}")],
              minimum=0, decimals=0, nothing="no errors"),
        panel("timeseries", "Writes of limits, slowest of a hundred", "s", "99th percentile of cgroupd_limit_write_duration_seconds: the kernel's part of a change. Seconds: memory was reclaimed for it.",
              [("histogram_quantile(0.99, sum by (le, controller) (%s)) > 0" % rate("cgroupd_limit_write_duration_seconds_bucket", SELECT), "{{controller}}")],
              minimum=0, nothing="no limit was written"),
        panel("timeseries", "Refused writes", "short", "cgroupd_limit_write_errors_total by controller and errno.",
              [("sum by (controller, errno) (%s)" % increase("cgroupd_limit_write_errors_total", SELECT), "{{controller}} {{errno}}")], minimum=0, decimals=0,
              nothing="nothing was ever refused"),
    ]),
    ("By itself", 8, [
        panel("timeseries", "Actions", "short", "cgroupd_policy_actions_total: leases that ended, and limits lifted because they had stopped their cgroup.",
              [("sum by (action) (%s)" % increase("cgroupd_policy_actions_total", SELECT), "{{action}}")], minimum=0, decimals=0),
        panel("timeseries", "Pressure triggers", "short", "cgroupd_psi_triggers_total: signs of the kernel that a cgroup stood still for a second or more.",
              [("sum by (resource) (%s)" % increase("cgroupd_psi_triggers_total", SELECT), "{{resource}}")], minimum=0, decimals=0),
        panel("timeseries", "Last change of limits", "s", "Time since cgroup_last_change_timestamp_seconds: when cgroupd last changed what it keeps.",
              [("time() - %s" % gauge("cgroup_last_change_timestamp_seconds"), "{{cgroup}}")], link=True, minimum=0),
    ]),
    ("Scrapes and what they cost", 8, [
        panel("timeseries", "Duration", "s", "cgroupd_scrape_duration_seconds and its parts.",
              [(gauge("cgroupd_scrape_duration_seconds", SELECT), "all"), (gauge("cgroupd_scrape_collector_duration_seconds", SELECT), "{{collector}}")], minimum=0),
        panel("timeseries", "Trouble", "short", "Parts that failed, and files that could not be read.",
              [("1 - %s" % gauge("cgroupd_scrape_collector_success", SELECT), "{{collector}} failed"),
               (gauge("cgroupd_scrape_failed_reads", SELECT), "unreadable files")], minimum=0, decimals=0),
        panel("timeseries", "CPU", "percentunit", "process_cpu_seconds_total per second.", [(rate("process_cpu_seconds_total", SELECT), "{{instance}}")], minimum=0),
        panel("timeseries", "Memory", "bytes", "process_resident_memory_bytes.",
              [(gauge("process_resident_memory_bytes", SELECT), "{{instance}}")], minimum=0),
        panel("timeseries", "File descriptors", "percentunit", "process_open_fds by process_max_fds. Every cgroup takes one, and those whose files stay open more.",
              [("%s / %s" % (gauge("process_open_fds", SELECT), gauge("process_max_fds", SELECT)), "{{instance}}")], minimum=0, thresholds=NEAR),
    ]),
])

DASHBOARDS = [OVERVIEW, CGROUP, HEALTH]


def outputs():
    for made in DASHBOARDS:
        yield "dashboards/%s.json" % made["uid"], json.dumps(made, indent=2, sort_keys=True) + "\n"


def main():
    wrong = []
    for name, text in outputs():
        path = os.path.join(HERE, name)
        if sys.argv[1:] == ["--check"]:
            if not os.path.exists(path) or open(path, encoding="utf-8").read() != text:
                wrong.append(name)
            continue
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    if wrong:
        sys.exit("not what conf/grafana/generate.py writes: %s (run it)" % ", ".join(wrong))


if __name__ == "__main__":
    main()
