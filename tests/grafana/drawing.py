"""Panels on a sheet of Grafana's 24 columns."""
import datetime
import math

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot  # noqa: E402  (the backend is chosen first)
from matplotlib import ticker  # noqa: E402

import tables  # noqa: E402
from values import CLASSIC, Field, color, series_name, text  # noqa: E402

COLUMN, ROW, EDGE = 76, 38, 6  # pixels
DPI = 100
INK, PALE, LINE = "#24292e", "#6e7076", "#dcdde0"


class Picture:
    def __init__(self, dashboard, title, begin, end):
        self.begin, self.end = begin, end
        rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard["panels"])
        self.width, self.height = 24 * COLUMN, rows * ROW + 50
        self.figure = pyplot.figure(figsize=(self.width / DPI, self.height / DPI), dpi=DPI, facecolor="#f4f5f5")
        self.write(8, 22, title, size=15, weight="bold")
        self.write(8, 42, dashboard["description"], size=9, color=PALE)

    def write(self, x, y, what, **style):
        style.setdefault("color", INK)
        return self.figure.text(x / self.width, 1 - y / self.height, what, **style)

    def axes(self, x, y, width, height):
        return self.figure.add_axes([x / self.width, 1 - (y + height) / self.height, width / self.width, height / self.height])

    def row(self, panel):
        self.write(10, panel["gridPos"]["y"] * ROW + 50 + ROW * 0.65, "⌄ " + panel["title"], size=12, weight="bold")

    def panel(self, panel, answers):
        at = panel["gridPos"]
        x, y = at["x"] * COLUMN + EDGE / 2, at["y"] * ROW + 50 + EDGE / 2
        width, height = at["w"] * COLUMN - EDGE, at["h"] * ROW - EDGE
        frame = self.axes(x, y, width, height)
        frame.set_xticks([])
        frame.set_yticks([])
        for side in frame.spines.values():
            side.set_color(LINE)
        self.write(x + 8, y + 17, panel["title"], size=9.5, weight="bold")
        # Grafana shows it to who points at the title.
        kept = int(width / 4.6)
        said = panel["description"]
        self.write(x + 8, y + 30, said if len(said) <= kept else said[:kept - 1] + "…", size=6, color=PALE)
        inner = (x + 8, y + 36, width - 16, height - 42)
        kind = {"timeseries": self.time_series, "stat": self.stat, "table": self.table, "state-timeline": self.states}
        if not any(rows for _, rows in answers):
            self.write(x + width / 2, y + height / 2 + 10, panel["fieldConfig"]["defaults"].get("noValue", "No data"), size=11, color=PALE, ha="center")
        else:
            kind[panel["type"]](panel, answers, *inner)

    def named(self, panel, answers):
        """(name, field, points) of every series, in Grafana's order."""
        for target, rows in answers:
            for labels, points in rows:
                name = series_name(target["legendFormat"], labels)
                yield name, Field(panel, name, target["refId"]), points

    # --- time series --------------------------------------------------------------------------------------------------------

    def time_series(self, panel, answers, x, y, width, height):
        series = list(self.named(panel, answers))
        listed = min(len(series), max(1, int(height * 0.35 / 13)))
        left = 62
        axes = self.axes(x + left, y, width - left - 4, height - 22 - 13 * (listed + 1))
        lowest, highest = math.inf, -math.inf
        shown = []
        for index, (name, field, points) in enumerate(series):
            tint = self.tint(field, points, index)
            shown.append((name, field, points, tint))
            xs, ys = gapped(points, (self.end - self.begin) / 30)
            dashes = (0, (4, 3)) if field.get("custom.lineStyle", {}).get("fill") == "dash" else "solid"
            axes.plot(xs, ys, color=tint, linewidth=field.get("custom.lineWidth", 1), linestyle=dashes)
            if field.get("custom.fillOpacity"):
                axes.fill_between(xs, ys, color=tint, alpha=field.get("custom.fillOpacity") / 100, linewidth=0)
            finite = [value for value in ys if math.isfinite(value)]
            lowest, highest = min([lowest, *finite]), max([highest, *finite])
        self.scale(axes, panel, lowest, highest)
        self.legend(shown, listed, x, y + height - 13 * (listed + 1) + 6, width)

    def tint(self, field, points, index):
        chosen = field.get("color", {})
        if chosen.get("mode") == "fixed":
            return color(chosen["fixedColor"])
        if chosen.get("mode") == "thresholds":
            return field.by_threshold(points[-1][1])
        return CLASSIC[index % len(CLASSIC)]

    def scale(self, axes, panel, lowest, highest):
        defaults = panel["fieldConfig"]["defaults"]
        if not math.isfinite(lowest):
            lowest, highest = 0, 1
        soft = defaults.get("custom", {}).get("axisSoftMax")
        low = defaults.get("min", lowest)
        high = defaults.get("max", max(highest, soft if soft is not None else -math.inf))
        if high <= low:
            high = low + (abs(low) or 1)
        axes.set_ylim(low, high + (high - low) * (0 if "max" in defaults else 0.05))
        axes.set_xlim(self.begin, self.end)
        if defaults.get("unit") == "bytes":
            axes.yaxis.set_major_locator(Binary())
        else:
            axes.yaxis.set_major_locator(ticker.MaxNLocator(5, integer=defaults.get("decimals") == 0))
        axes.yaxis.set_major_formatter(lambda value, _: text(value, defaults["unit"], self.end))
        axes.xaxis.set_major_locator(ticker.MaxNLocator(6))
        axes.xaxis.set_major_formatter(lambda at, _: datetime.datetime.fromtimestamp(at).strftime("%H:%M:%S"))
        axes.tick_params(labelsize=7, length=0, colors=PALE)
        axes.grid(color=LINE, linewidth=0.6)
        for side in axes.spines.values():
            side.set_visible(False)
        if defaults.get("custom", {}).get("thresholdsStyle", {}).get("mode") in ("line", "dashed"):
            for step in defaults["thresholds"]["steps"]:
                if step["value"] is not None:
                    axes.axhline(step["value"], color=color(step["color"]), linewidth=1, linestyle=(0, (5, 3)))

    def legend(self, shown, listed, x, y, width):
        self.write(x + 14, y, "Name", size=6.5, color=PALE)
        self.write(x + width - 90, y, "Last *", size=6.5, color=PALE, ha="right")
        self.write(x + width - 6, y, "Max", size=6.5, color=PALE, ha="right")
        for index, (name, field, points, tint) in enumerate(shown[:listed]):
            at = y + 13 * (index + 1)
            more = "" if index + 1 < listed or listed == len(shown) else "   (%d more below)" % (len(shown) - listed)
            self.write(x, at, "━", size=8, color=tint, weight="bold")
            self.write(x + 14, at, name + more, size=7)
            self.write(x + width - 90, at, field.text(points[-1][1], self.end), size=7, ha="right")
            self.write(x + width - 6, at, field.text(max(value for _, value in points), self.end), size=7, ha="right")

    # --- the others ---------------------------------------------------------------------------------------------------------

    def stat(self, panel, answers, x, y, width, height):
        series = list(self.named(panel, answers))
        each = width / len(series)
        mode = panel["options"]["textMode"]
        for index, (name, field, points) in enumerate(series):
            value = points[-1][1]
            mapped, tint = field.mapped(value)
            tint = color(tint) if tint else field.by_threshold(value) if field.get("color")["mode"] == "thresholds" else CLASSIC[0]
            left = x + index * each
            if panel["options"]["graphMode"] == "area" and len(points) > 1:
                axes = self.axes(left, y + height * 0.6, each - 4, height * 0.4)
                axes.fill_between([at for at, _ in points], [found for _, found in points], color=tint, alpha=0.25, linewidth=0)
                axes.axis("off")
                axes.set_xlim(self.begin, self.end)
            big = name if mode == "name" else mapped or field.text(value, self.end)
            if mode == "value_and_name" or mode == "auto" and len(series) > 1:
                self.write(left + each / 2, y + height * 0.28, name[:int(each / 6)], size=8, color=PALE, ha="center")
            size = min(20.0, each / max(len(big), 1) * 1.1, height * 0.35)
            self.write(left + each / 2, y + height * 0.72, big, size=size, color=tint, ha="center", weight="bold")

    def table(self, panel, answers, x, y, width, height):
        columns, rows = tables.made(panel, answers)
        fields = [Field(panel, name, None) for name in columns]
        each = [field.get("custom.width") for field in fields]
        rest = (width - sum(size for size in each if size)) / max(1, each.count(None))
        lefts, left = [], x
        for size in each:
            lefts.append(left)
            left += size or rest
        for name, at, size in zip(columns, lefts, each):
            self.write(at, y + 10, name[:int((size or rest) / 5.5)], size=7.5, weight="bold", color="#3274D9")
        room = int((height - 16) / 17)
        for index, row in enumerate(rows[:room]):
            below = y + 27 + index * 17
            for field, value, at, size in zip(fields, row, lefts, each):
                tint = INK
                if isinstance(value, float):
                    if field.get("custom.cellOptions", {}).get("type", "auto").startswith("color"):
                        tint = field.by_threshold(value)
                        tint = INK if tint == color("transparent") else tint
                    value = field.text(value, self.end)
                value = "" if value is None else value
                self.write(at, below, value[:int((size or rest) / 5.2)], size=7.5, color=tint, weight="bold" if tint != INK else "normal")
        if len(rows) > room:
            self.write(x + width - 6, y + height, "%d more rows" % (len(rows) - room), size=7, color=PALE, ha="right")

    def states(self, panel, answers, x, y, width, height):
        series = list(self.named(panel, answers))
        axes = self.axes(x + 110, y, width - 114, height - 40)
        seen = {}
        for index, (name, field, points) in enumerate(series):
            step = points[1][0] - points[0][0] if len(points) > 1 else 1
            for at, value in points:
                mapped, tint = field.mapped(value)
                seen[mapped or "%g" % value] = color(tint or "blue")
                axes.barh(len(series) - index, step, left=at, height=0.9, color=color(tint or "blue"), linewidth=0)
            self.write(x + 104, y + (height - 40) * (index + 0.55) / len(series), name, size=7, ha="right")
        axes.set_xlim(self.begin, self.end)
        axes.set_ylim(0.5, len(series) + 0.5)
        axes.set_yticks([])
        axes.xaxis.set_major_locator(ticker.MaxNLocator(6))
        axes.xaxis.set_major_formatter(lambda at, _: datetime.datetime.fromtimestamp(at).strftime("%H:%M:%S"))
        axes.tick_params(labelsize=7, length=0, colors=PALE)
        for index, (name, tint) in enumerate(sorted(seen.items())):
            self.write(x + 110 + index * 70, y + height - 4, "■ " + name, size=7.5, color=tint)

    def save(self, path):
        self.figure.savefig(path, facecolor=self.figure.get_facecolor())
        pyplot.close(self.figure)


class Binary(ticker.Locator):
    """Round numbers of bytes."""

    def __call__(self):
        low, high = self.axis.get_view_interval()
        step = 2.0 ** math.ceil(math.log2(max((high - low) / 6, 1)))
        return [step * index for index in range(math.floor(low / step), math.floor(high / step) + 1)]

    def tick_values(self, low, high):
        return self()


def gapped(points, longest):
    """Where a series was absent, its line is, too."""
    xs, ys = [], []
    for at, value in points:
        if xs and at - xs[-1] > longest:
            xs.append(at)
            ys.append(math.nan)
        xs.append(at)
        ys.append(value if math.isfinite(value) else math.nan)
    return xs, ys
