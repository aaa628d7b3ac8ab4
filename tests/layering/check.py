#!/usr/bin/env python3
"""Fails when an include crosses a layer or a word is out of place. usage: check.py SOURCE_DIR"""
import os
import re
import sys

import rules

SOURCES = (".h", ".cpp", ".hpp", ".cc")
TEXT = SOURCES + (".py", ".sh", ".txt", ".json", ".md", ".conf", ".service", ".socket", ".xml", ".yml", "")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')


def files_of(root, folder):
    for directory, folders, names in os.walk(os.path.join(root, folder)):
        folders[:] = sorted(f for f in folders if f not in ("build", "__pycache__") and not f.startswith(".git"))
        for name in sorted(names):
            yield os.path.relpath(os.path.join(directory, name), root)


def without_comments(text):
    """The code alone, line numbers kept; strings stay, for literals are looked at."""
    def blank(match):
        token = match.group(0)
        return token if token[0] in "\"'" else re.sub(r"[^\n]", " ", token)
    return re.sub(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', blank, text, flags=re.S)


def layer_of(path):
    """The longest layer a file lies in; None outside of daemon/ and client/."""
    inside = [layer for layer in rules.LAYERS if path.startswith(layer + "/")]
    return max(inside, key=len, default=None)


def unknown_layers(root):
    for folder in sorted(os.listdir(os.path.join(root, "daemon"))) if os.path.isdir(os.path.join(root, "daemon")) else []:
        if os.path.isdir(os.path.join(root, "daemon", folder)) and "daemon/" + folder not in rules.LAYERS:
            yield "daemon/%s: a layer that tests/layering/rules.py does not know" % folder


def include_faults(root, path, number, quote, header):
    layer = layer_of(path)
    if layer == "daemon/model" and quote == "<":
        if header in rules.MODEL_FORBIDDEN:
            yield "%s:%d: <%s> in model, which does no I/O" % (path, number, header)
        elif not re.fullmatch(r"[a-z_]+", header) and header not in rules.MODEL_HEADERS:
            yield "%s:%d: <%s> in model, which knows no third-party header but tl::expected" % (path, number, header)
    if quote == "<":
        return
    if header in rules.GENERATED:
        if layer not in rules.GENERATED[header] and not os.path.exists(os.path.join(root, "daemon", header)):
            yield '%s:%d: "%s" is generated for %s' % (path, number, header, ", ".join(rules.GENERATED[header]))
        if not os.path.exists(os.path.join(root, "daemon", header)):
            return
    if any(path.startswith(folder + "/") and header == extra for folder, extra, _ in rules.EXTRA_INCLUDES):
        return
    beside = os.path.normpath(os.path.join(os.path.dirname(path), header))
    target = next((t for t in ("daemon/" + header, "client/" + header, header, beside) if os.path.isfile(os.path.join(root, t))), None)
    if target is None:
        yield '%s:%d: "%s" is no file of ours' % (path, number, header)
        return
    other = layer_of(target)
    if other is None:
        yield '%s:%d: "%s" lies outside of the layers' % (path, number, header)
    elif other != layer and other not in rules.LAYERS[layer]:
        yield '%s:%d: %s may not include %s ("%s")' % (path, number, layer, other, header)


def token_faults(path, code):
    for name, pattern, places, why in rules.TOKENS:
        if any(path.startswith(place) for place in places):
            continue
        for match in re.finditer(pattern, code):
            yield "%s:%d: %s is out of place: %s" % (path, code.count("\n", 0, match.start()) + 1, name, why)


def limit_names(root):
    table = os.path.join(root, "daemon/model/limits.cpp")
    if not os.path.isfile(table):
        return []
    with open(table, encoding="utf-8") as file:
        return re.findall(r'^\s*Limit\{"([a-z.]+)"', file.read(), flags=re.M)


def literal_faults(path, code, names):
    if not path.startswith("daemon/") or any(path.startswith(place) for place, _ in rules.LIMIT_LITERALS):
        return
    for name in names:
        for match in re.finditer(re.escape('"' + name + '"'), code):
            yield '%s:%d: "%s" is written out: ask the limit table' % (path, code.count("\n", 0, match.start()) + 1, name)


def top_level_faults(root):
    for name in sorted(os.listdir(root)):
        if name not in rules.TOP_LEVEL and name not in rules.TOP_LEVEL_IGNORED:
            yield "%s: not one of the top-level entries in tests/layering/rules.py" % name


def machine_path_faults(path, text):
    if path.startswith("tests/layering/"):
        return
    for match in re.finditer(rules.MACHINE_PATH, text):
        yield "%s:%d: %s exists on one machine only" % (path, text.count("\n", 0, match.start()) + 1, match.group(0))


def faults(root):
    yield from top_level_faults(root)
    yield from unknown_layers(root)
    names = limit_names(root)
    for folder in ("daemon", "client"):
        for path in files_of(root, folder):
            if not path.endswith(SOURCES):
                continue
            with open(os.path.join(root, path), encoding="utf-8") as file:
                code = without_comments(file.read())
            for number, line in enumerate(code.split("\n"), 1):
                include = INCLUDE.match(line)
                if include:
                    yield from include_faults(root, path, number, *include.groups())
            yield from token_faults(path, code)
            yield from literal_faults(path, code, names)
    for folder in ("daemon", "client", "conf", "systemd", "tests", ".ci"):
        for path in files_of(root, folder):
            if os.path.splitext(path)[1] not in TEXT:
                continue
            with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
                yield from machine_path_faults(path, file.read())


def main():
    if len(sys.argv) != 2 or not os.path.isdir(sys.argv[1]):
        sys.exit("usage: check.py SOURCE_DIR")
    found = list(faults(sys.argv[1]))
    for fault in found:
        print(fault)
    sys.exit("layering: %d faults" % len(found) if found else 0)


if __name__ == "__main__":
    main()
