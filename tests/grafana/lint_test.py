#!/usr/bin/env python3
"""The linter finds what it is for: each planted mistake is told, and nothing else."""
import copy
import os
import unittest

import dashboards
import lint


class TheLinter(unittest.TestCase):
    def setUp(self):
        self.name, self.good = next(iter(dashboards.load()))

    def panel(self, dashboard):
        return next(p for p in dashboard["panels"] if p["type"] == "timeseries")

    def expect(self, part, change):
        broken = copy.deepcopy(self.good)
        change(broken)
        found = list(lint.dashboard_faults(self.name, broken))
        self.assertTrue(any(part in fault for fault in found), found)

    def test_has_nothing_to_say_of_ours(self):
        for name, dashboard in dashboards.load():
            self.assertEqual([], list(lint.dashboard_faults(name, dashboard)))

    def test_finds_what_a_panel_lacks(self):
        for key, part in (("title", "no title"), ("description", "no description"), ("targets", "no target"), ("datasource", "data source")):
            self.expect(part, lambda d, k=key: self.panel(d).pop(k))
        self.expect("unit furlong", lambda d: self.panel(d)["fieldConfig"]["defaults"].update(unit="furlong"))
        self.expect("type graph", lambda d: self.panel(d).update(type="graph"))
        self.expect("data source", lambda d: self.panel(d)["targets"][0].update(datasource={"type": "prometheus", "uid": "abc"}))
        self.expect("no legend", lambda d: self.panel(d)["targets"][0].update(legendFormat=""))

    def test_finds_what_an_expression_lacks(self):
        both = '{job=~"$job",instance=~"$instance"}'
        for expr, part in (("cgroup_pids_current", "does not select job"),
                           ('cgroup_pids_current{job=~"$job"}', "does not select instance"),
                           ("cgroup_a_bytes%s / cgroup_b_bytes" % both, "cgroup_b_bytes does not select"),
                           ("rate(a_total%s[5m])" % both, "the window [5m]"),
                           ("sum(a_total%s)" % both, "a_total is not under rate()"),
                           ("rate(a_total%s[$__rate_interval]) / a_total%s" % (both, both), "a_total is not under rate()"),
                           ("x_bucket%s" % both, "x_bucket is not under rate()")):
            self.expect(part, lambda d, e=expr: self.panel(d)["targets"][0].update(expr=e))

    def test_finds_what_a_dashboard_lacks(self):
        self.expect("no variable job", lambda d: d["templating"].update(list=[v for v in d["templating"]["list"] if v["name"] != "job"]))
        self.expect("no variable datasource", lambda d: d["templating"]["list"].pop(0))
        self.expect("uid", lambda d: d.update(uid="another"))
        self.expect("editable", lambda d: d.update(editable=True))
        self.expect("two panels", lambda d: d["panels"][1].update(id=d["panels"][2]["id"]))

    def test_knows_the_families(self):
        found = lint.families()
        self.assertIn("cgroup_memory_max_bytes", found)
        self.assertIn("cgroup_pressure_io_stalled_seconds_total", found)
        self.assertNotIn("cgroup_memory_refaulted_file_pages_total", found)
        self.assertIn("cgroupd_limit_write_duration_seconds", found)
        self.assertIn("cgroup_lease_end_timestamp_seconds", found)
        self.assertGreater(len(found), 100)


class Substitution(unittest.TestCase):
    def test_fills_variables_in(self):
        self.assertEqual('a{b="x"}[5m] y', dashboards.substitute('a{b="$job"}[$__rate_interval] ${cgroup:queryparam}', {"job": "x", "cgroup": "y"}, "5m", "1h"))


class Rules(unittest.TestCase):
    def test_are_all_found(self):
        found = dict(dashboards.rules())
        self.assertIn("cgroup_memory_local_events_oom_kill_total offset 10m)", found["CgroupOomKill"])
        self.assertEqual("cgroup_drifted_limits > 0", found["CgroupLimitsDrifted"])
        self.assertEqual(20, len(found))

    def test_that_raise_an_alert_are_seen_to_be_raised_and_to_be_silent_on_a_calm_day(self):
        with open(os.path.join(dashboards.ROOT, "tests/prometheus/rules_test.yml"), encoding="utf-8") as file:
            cases, calm = file.read().split("- name: a calm hour raises nothing")
        for name in {name for name, _ in dashboards.rules() if name[0].isupper()}:
            self.assertRegex(cases, r"alertname: %s\n +exp_alerts:\n +- exp_labels" % name)
            self.assertRegex(calm, r"alertname: %s, exp_alerts: \[\]" % name)

    def test_that_raise_an_alert_say_what_to_type(self):
        with open(dashboards.RULES, encoding="utf-8") as file:
            parts = file.read().split("- alert: ")[1:]
        for part in parts:
            self.assertRegex(part, r"description: .*\b(cgctl \w+|systemctl --user|journalctl --user)\b", part.split("\n")[0])


if __name__ == "__main__":
    unittest.main()
