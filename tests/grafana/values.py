"""How Grafana writes numbers, and what overrides and thresholds make of a field."""
import math
import re

NAMES = {"green": "#56A64B", "orange": "#FF780A", "red": "#E02F44", "yellow": "#F2CC0C", "blue": "#3274D9", "text": "#6e7076",
         "purple": "#A352CC", "transparent": "#00000000"}
CLASSIC = ["#73BF69", "#F2CC0C", "#5794F2", "#FF9830", "#F2495C", "#B877D9", "#8AB8FF", "#FFA6B0", "#96D98D", "#FFCB7D", "#37872D",
           "#E0B400", "#1F60C4", "#FA6400", "#C4162A", "#8F3BB8"]


def color(name):
    return NAMES.get(name, name)


def scaled(value, base, names):
    size = abs(value)
    step = 0
    while size >= base and step < len(names) - 1:
        size /= base
        step += 1
    shown = value / base ** step
    return ("%.3g" % shown if abs(shown) < 1000 else "%.0f" % shown) + names[step]


def duration(seconds):
    size = abs(seconds)
    for unit, length in (("years", 31557600), ("weeks", 604800), ("days", 86400), ("hours", 3600), ("mins", 60), ("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if size >= length:
            return "%.3g %s" % (seconds / length, unit)
    return "0 s" if seconds == 0 else "%.3g ns" % (seconds * 1e9)


def text(value, unit, now, decimals=None):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if unit == "bytes":
        return scaled(value, 1024, [" B", " KiB", " MiB", " GiB", " TiB"])
    if unit == "Bps":
        return scaled(value, 1000, [" B/s", " kB/s", " MB/s", " GB/s"])
    if unit == "percentunit":
        return "%.3g%%" % (value * 100)
    if unit == "locale":
        return "{:,.10g}".format(value)
    if unit == "s":
        return duration(value)
    if unit == "dateTimeFromNow":
        ago = now - value / 1000
        return duration(abs(ago)) + " ago" if ago >= 0 else "in " + duration(-ago)
    names = {"reqps": " req/s", "iops": " io/s", "ops": " ops/s", "cps": " c/s"}
    if unit in names:
        return "%.3g%s" % (value, names[unit])
    if decimals is not None and abs(value) < 1000:
        return "%.*f" % (decimals, value)
    return scaled(value, 1000, ["", " K", " Mil", " Bil"])


class Field:
    """What applies to one series or column of a panel."""

    def __init__(self, panel, name, ref):
        config = panel["fieldConfig"]
        self.options = dict(config["defaults"], **{"custom." + key: value for key, value in config["defaults"].get("custom", {}).items()})
        for override in config["overrides"]:
            if matches(override["matcher"], name, ref):
                self.options.update({part["id"]: part["value"] for part in override["properties"]})

    def get(self, key, otherwise=None):
        return self.options.get(key, otherwise)

    def mapped(self, value):
        """(text, color) a value mapping gives it, or nothing."""
        for mapping in self.get("mappings", []):
            found = mapping["options"].get("%g" % value) if mapping["type"] == "value" else None
            if found:
                return found.get("text"), found.get("color")
        return None, None

    def by_threshold(self, value):
        chosen = None
        for step in self.get("thresholds")["steps"]:
            if step["value"] is None or value >= step["value"]:
                chosen = step["color"]
        return color(chosen)

    def text(self, value, now):
        return self.mapped(value)[0] or text(value, self.get("unit"), now, self.get("decimals"))


def matches(matcher, name, ref):
    if matcher["id"] == "byName":
        return name == matcher["options"]
    if matcher["id"] == "byRegexp":
        return re.search(matcher["options"].strip("/"), name) is not None
    if matcher["id"] == "byFrameRefID":
        return ref == matcher["options"]
    raise ValueError("this renderer does not know the matcher %s" % matcher["id"])


def series_name(legend, labels):
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: labels.get(found[1], ""), legend).strip()
