"""What Grafana makes of instant queries in a table: a column a label and one a query, and then the panel's transformations."""


def columns_of(answers):
    """A frame a query: its rows as {column: value}."""
    single = len(answers) == 1
    for target, rows in answers:
        value_name = "Value" if single else "Value #" + target["refId"]
        yield [dict({"Time": points[-1][0]}, **labels, **{value_name: points[-1][1]}) for labels, points in rows]


def merged(frames):
    """Rows become one where all that they share is the same."""
    made = []
    for frame in frames:
        for row in frame:
            for other in made:
                shared = [key for key in row if key in other]
                if shared and not any(key.startswith("Value") for key in shared) and all(other[key] == row[key] for key in shared):
                    other.update(row)
                    break
            else:
                made.append(dict(row))
    return made


def made(panel, answers):
    """(names, rows) as they are shown."""
    frames = list(columns_of(answers))
    transformations = {part["id"]: part["options"] for part in panel.get("transformations", [])}
    unknown = set(transformations) - {"merge", "organize"}
    if unknown:
        raise ValueError("this renderer does not know the transformation %s" % ", ".join(unknown))
    rows = merged(frames) if "merge" in transformations else frames[0]
    names = []
    for row in rows:
        names += [name for name in row if name not in names]
    organized = transformations.get("organize", {})
    names = [name for name in names if not organized.get("excludeByName", {}).get(name)]
    order = organized.get("indexByName", {})
    names.sort(key=lambda name: order.get(name, len(order)))
    shown = [organized.get("renameByName", {}).get(name) or name for name in names]
    cells = [[row.get(name) for name in names] for row in rows]
    for sort in reversed(panel["options"].get("sortBy", [])):
        at = shown.index(sort["displayName"])
        cells.sort(key=lambda row: (row[at] is not None, row[at] if row[at] is not None else 0), reverse=bool(sort.get("desc")))
    return shown, cells
