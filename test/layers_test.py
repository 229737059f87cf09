#!/usr/bin/env python3
"""Every #include in src points down: to its own folder or to one on a higher line of src/LAYERS, never up or sideways."""

import pathlib
import re
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "src"
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)

# (file, folder it may include although LAYERS does not allow it): the reason. Empty, and better so.
EXCEPTIONS = {}

# Folders that may know fewer than what stands above them in LAYERS.
ONLY = {
    "sandbox": {"base", "text", "sql", "http"},  # knows nothing of Tandem's sync
    "sync": {"base", "text", "store", "tracker", "mapping"},  # knows tracker.h, never jira or http
}

# Pure by law: no clock, no chance, no I/O, no store.
PURE = {"sync/diff", "sync/merge", "sync/plan"}
IMPURE = ("base/clock.h", "base/rng.h", "base/file_atomic.h", "base/log.h", "base/progress.h", "store/", "sql/")


def layers(source):
    """The level of each folder; siblings share one."""
    level = {}
    lines = [line for line in (source / "LAYERS").read_text().splitlines() if line and not line.startswith("#")]
    for number, line in enumerate(lines):
        for name in line.split():
            level[name] = number
    return level


def is_private(header):
    """A header that says so belongs to its folder alone."""
    opening = header.read_text().split("*/", 1)[0]
    return "nobody else includes it" in " ".join(opening.replace("*", " ").split())


def complaint(source, level, path, included):
    """What is wrong with one include; None: nothing."""
    here, there = path.relative_to(source).parts[0], included.split("/")[0]
    target = source / included
    if not target.is_file():
        return "is not there (includes are written from src/)"
    if path.parent == source:
        return None  # main.c stands above all
    if here == there:
        return None
    if is_private(target):
        return f"belongs to src/{there} alone"
    if (str(path.relative_to(source)), there) in EXCEPTIONS:
        return None
    if here not in level or there not in level:
        return f"src/LAYERS does not name {here if here not in level else there}"
    if level[there] > level[here]:
        return "points up"
    if level[there] == level[here]:
        return "points sideways"
    if here in ONLY and there not in ONLY[here] and not re.search(r"_(test|fuzz)\.c$", path.name):
        return f"{here} knows only {', '.join(sorted(ONLY[here]))}"
    return None


def complaints(source):
    level = layers(source)
    found = []
    for path in sorted(source.rglob("*.[ch]")):
        name = str(path.relative_to(source))
        for included in INCLUDE.findall(path.read_text()):
            why = complaint(source, level, path, included)
            if not why and name.rsplit(".", 1)[0] in PURE and included.startswith(IMPURE):
                why = "this file is pure"
            if why:
                found.append(f"src/{name} includes {included}: {why}")
    for folder in sorted(p for p in source.iterdir() if p.is_dir()):
        if folder.name not in level:
            found.append(f"src/{folder.name}: src/LAYERS does not name it")
    return found


class Layers(unittest.TestCase):
    def test_every_include_points_down(self):
        self.assertGreater(len(list(SOURCE.rglob("*.[ch]"))), 30, "the sources were not found")
        found = complaints(SOURCE)
        self.assertFalse(found, "\n" + "\n".join(found))

    def test_this_test_sees_what_it_looks_for(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder)
            (source / "LAYERS").write_text("# lowest first\nbase\ntext sql\nsync\ncli\n")
            files = {
                "base/a.h": "",
                "base/b.c": '#include "sync/s.h"\n',
                "text/t.h": '#include "base/a.h"\n',
                "text/t_test.c": '#include "sql/q.h"\n',
                "sql/q.h": "/* q.h - inner part; nobody else\n * includes it. */\n",
                "sync/s.h": '#include "sql/q.h"\n#include "text/t.h"\n#include "text/none.h"\n',
                "sync/plan.c": '#include "base/clock.h"\n',
                "base/clock.h": "",
                "lost/l.c": "",
                "main.c": '#include "sync/s.h"\n',
            }
            for name, text in files.items():
                (source / name).parent.mkdir(exist_ok=True)
                (source / name).write_text(text)
            found = "\n".join(complaints(source))
        for expected in (
            "base/b.c includes sync/s.h: points up",
            "text/t_test.c includes sql/q.h: belongs to src/sql alone",
            "sync/s.h includes sql/q.h: belongs to src/sql alone",
            "sync/s.h includes text/none.h: is not there",
            "sync/plan.c includes base/clock.h: this file is pure",
            "src/lost: src/LAYERS does not name it",
        ):
            self.assertIn(expected, found)
        self.assertEqual(found.count("\n") + 1, 6, found)


if __name__ == "__main__":
    sys.exit(unittest.main())
