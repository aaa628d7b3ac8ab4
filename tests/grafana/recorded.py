"""Asks a Prometheus what the panels of a dashboard would ask it, with the ranges and steps Grafana would take."""
import atexit
import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

import dashboards

POINTS = 400  # as many as a panel has pixels, roughly


class Prometheus:
    """A running one by its URL, or the data another one has left, which are copied and served for a while."""

    def __init__(self, place):
        self.process = self.directory = self.connection = None
        self.url = place
        if not place.startswith("http"):
            self.serve(place)

    def serve(self, data):
        if not os.path.isdir(data):
            raise SystemExit("%s is neither a URL nor a directory with Prometheus' data" % data)
        self.directory = tempfile.mkdtemp()
        shutil.copytree(data, os.path.join(self.directory, "data"), ignore=shutil.ignore_patterns("lock", "queries.active"))
        with open(os.path.join(self.directory, "prometheus.yml"), "w", encoding="utf-8") as file:
            file.write("{}\n")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = "127.0.0.1:%d" % free.getsockname()[1]
        self.url = "http://" + address
        self.process = subprocess.Popen(
            ["prometheus", "--config.file=" + os.path.join(self.directory, "prometheus.yml"), "--web.listen-address=" + address,
             "--storage.tsdb.path=" + os.path.join(self.directory, "data"), "--storage.tsdb.retention.time=100y", "--log.level=error"])
        atexit.register(self.close)
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(self.url + "/-/ready", timeout=5):
                    return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    self.close()
                    raise SystemExit("prometheus does not serve %s" % data)
                time.sleep(0.1)

    def close(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
        if self.directory:
            shutil.rmtree(self.directory)
        self.process = self.directory = None

    def ask(self, what, **arguments):
        """(data, None), or (nothing, why)."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.url).netloc, timeout=60)
        self.connection.request("GET", "/api/v1/%s?%s" % (what, urllib.parse.urlencode(arguments)))
        answer = json.load(self.connection.getresponse())
        return (answer["data"], None) if answer["status"] == "success" else ({"result": []}, answer["error"])

    def span(self):
        """(first, last) second of what it has of targets that answered."""
        stats, error = self.ask("status/tsdb")
        if error:
            raise SystemExit(error)
        first, last = stats["headStats"]["minTime"] / 1000, stats["headStats"]["maxTime"] / 1000
        answered, error = self.ask("query", query="max(max_over_time((timestamp(up) * up)[5m:1s]))", time=last)
        if error or not answered["result"]:
            raise SystemExit(error or "there is nothing scraped in it")
        return first, float(answered["result"][0]["value"][1])


class Look:
    """A dashboard looked at: from when to when, and with what in its variables."""

    def __init__(self, prometheus, begin, end, interval, **variables):
        self.prometheus, self.begin, self.end = prometheus, begin, end
        self.step = max(interval, (end - begin) / POINTS)
        # As Grafana reckons it.
        rate_interval = max(self.step + interval, 4 * interval)
        self.fill_in = lambda expr: dashboards.substitute(expr, dict({"job": ".+", "instance": ".+", "root": ".*", "cgroup": ".+", "datasource": "x"}, **variables),
                                                          "%ds" % max(1, round(rate_interval)), "%ds" % round(end - begin))

    def target(self, target):
        expr = self.fill_in(target["expr"])
        if target.get("instant"):
            data, error = self.prometheus.ask("query", query=expr, time=self.end)
            rows = [(row["metric"], [(float(row["value"][0]), float(row["value"][1]))]) for row in data["result"]]
        else:
            data, error = self.prometheus.ask("query_range", query=expr, start=self.begin, end=self.end, step=self.step)
            rows = [(row["metric"], [(float(at), float(value)) for at, value in row["values"]]) for row in data["result"]]
        return rows, error
