#!/usr/bin/env python3
"""How a sandbox loads and answers with very many issues in it.

usage: test/bench/sandbox_bench.py TANDEM ISSUES [DIALECT]     (dc10; 1000000 issues are the size it is meant for)

The baseline of loading is SQLite alone: the same rows into the same tables, nothing else done. The baseline of a search
for a hundred keys is a hundred requests for one issue each.
"""

import base64
import http.client
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time

TABLES = "issue", "comment", "history", "history_item", "issue_label", "watcher", "custom_value"
ROUNDS = 40


def bare_inserts(data, other):
    """Seconds that SQLite takes for the rows of a site alone."""
    source, target = sqlite3.connect(data), sqlite3.connect(other, isolation_level=None)
    target.execute("PRAGMA synchronous=OFF")
    target.execute("PRAGMA journal_mode=OFF")
    target.execute("PRAGMA cache_size=-48000")
    for table in TABLES:
        for (sql,) in source.execute("SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('table', 'index') AND "
                                     "sql IS NOT NULL ORDER BY type DESC", (table,)):
            target.execute(sql)
    seconds = 0
    target.execute("BEGIN")
    for table in TABLES:
        rows = source.execute(f"SELECT * FROM {table}")
        marks = ",".join("?" * len(rows.description))
        while chunk := rows.fetchmany(10000):
            start = time.monotonic()
            target.executemany(f"INSERT INTO {table} VALUES ({marks})", chunk)
            seconds += time.monotonic() - start
    start = time.monotonic()
    target.execute("COMMIT")
    return seconds + time.monotonic() - start


class Site:
    def __init__(self, tandem, issues, dialect, data):
        start = time.monotonic()
        self.process = subprocess.Popen([tandem, "--json", "sandbox", "--dialect", dialect, "--data", data, "--demo-data",
                                         f"SA:{issues}"], stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.load_seconds = time.monotonic() - start
        self.is_cloud = dialect == "cloud"
        self.connection = http.client.HTTPConnection(ready["url"].split("//")[1])
        token = base64.b64encode(f"{ready['user']}:{ready['secret']}".encode()).decode()
        self.headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}

    def ask(self, method, path, body=None):
        self.connection.request(method, path, json.dumps(body) if body else None, self.headers)
        response = self.connection.getresponse()
        text = response.read()
        if response.status != 200:
            raise SystemExit(f"{method} {path}: {response.status} {text[:300]}")
        return json.loads(text)

    def search(self, keys, fields):
        jql = f"key in ({','.join(keys)})"
        found = self.ask("POST", f"/rest/api/{'3/search/jql' if self.is_cloud else '2/search'}",
                         {"jql": jql, "maxResults": 100, "fields": fields})
        if len(found["issues"]) != len(set(keys)):
            raise SystemExit(f"{len(found['issues'])} issues found of {len(set(keys))}")

    def peak(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def median(work):
    """Milliseconds of one call."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.monotonic()
        work()
        seconds.append(time.monotonic() - start)
    return sorted(seconds)[ROUNDS // 2] * 1000


def table(head, rows):
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        print("  " + "  ".join(str(c).ljust(w) if i == 0 else str(c).rjust(w) for i, (c, w) in enumerate(zip(row, widths))))


def main():
    tandem, issues = sys.argv[1], int(sys.argv[2])
    dialect = sys.argv[3] if len(sys.argv) > 3 else "dc10"
    random.seed(1)
    key = lambda: f"SA-{random.randint(1, issues)}"
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        data = str(pathlib.Path(folder) / "site.db")
        site = Site(tandem, issues, dialect, data)
        try:
            loaded_peak = site.peak()
            api = 3 if site.is_cloud else 2
            one = median(lambda: site.ask("GET", f"/rest/api/{api}/issue/{key()}"))
            hundred = median(lambda: site.search([key() for _ in range(100)], ["summary", "status"]))
            whole = median(lambda: site.search([key() for _ in range(100)], ["*navigable"]))
            peak = site.peak()
        finally:
            site.process.terminate()
            site.process.wait()
        with sqlite3.connect(data) as counted:
            comments = counted.execute("SELECT count(*) FROM comment").fetchone()[0]
        bare = bare_inserts(data, os.path.join(folder, "bare.db"))
    print(f"  {issues} issues, {comments} comments, {dialect}")
    rate = lambda seconds: f"{issues / seconds:,.0f}/s"
    table(("", "measured", "ratio"),
          [("SQLite alone, the same rows (baseline)", rate(bare), "1x"),
           ("loading, with the making of the issues", rate(site.load_seconds), f"{bare / site.load_seconds:.1f}x"),
           ("GET issue, whole (baseline)", f"{one:.2f} ms", "1x"),
           ("search for 100 keys, summary and status", f"{hundred:.2f} ms", f"{100 * one / hundred:.1f}x faster an issue"),
           ("the same, every navigable field", f"{whole:.2f} ms", f"{100 * one / whole:.1f}x faster an issue"),
           ("memory at most, loading", f"{loaded_peak:.0f} MB", "-"),
           ("memory at most, all of it", f"{peak:.0f} MB", "-")])


if __name__ == "__main__":
    main()
