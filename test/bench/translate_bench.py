#!/usr/bin/env python3
"""translate beside its baseline: the same pair file, the same two sites, in the same run.

usage: translate_bench.py [PAIRS] [LATENCY_MS]     (1000, 20); TANDEM names the binary (build/release/tandem)

The sites are test/migrate/sites.py on loopback, which answers each request LATENCY_MS late, as a site that is not next
door does. Prints a table with ratios to the baseline; exit 1 when the two do not write the same ids.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "migrate"))
sys.dont_write_bytecode = True
import sites  # noqa: E402


def run(command, file, old, new):
    """What was written, seconds, and the requests to both sites."""
    old.requests = new.requests = 0
    start = time.monotonic()
    done = subprocess.run(command + ["-f", file] + old.login(1) + new.login(2), capture_output=True, text=True)
    seconds = time.monotonic() - start
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
    if done.returncode or not last.startswith("saving json to "):
        sys.exit(f"{command[0]} failed ({done.returncode}): {done.stdout}{done.stderr}")
    with open(last.removeprefix("saving json to "), encoding="utf-8") as written:
        return json.load(written), seconds, old.requests + new.requests


def main():
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    latency = float(sys.argv[2]) / 1000 if len(sys.argv) > 2 else 0.02
    tandem = os.environ.get("TANDEM", str(HERE.parent.parent / "build" / "release" / "tandem"))
    issues = sites.make_issues("SA", pairs)
    ways = [("issue by issue", [sys.executable, str(HERE / "translate_baseline.py")]), ("tandem", [tandem, "translate"])]
    results = []
    with tempfile.TemporaryDirectory() as folder, sites.Site(issues, latency=latency) as old, \
            sites.Site(sites.moved(issues), kind="cloud", latency=latency) as new:
        for name, command in ways:
            file = os.path.join(folder, f"{len(results)}_sync_info_pairs.json")
            with open(file, "w", encoding="utf-8") as out:
                json.dump(sites.pair_file(issues), out)
            results.append((name, *run(command, file, old, new)))
    print(f"translate, {pairs} pairs, {latency * 1000:g} ms a request")
    print(f"{'way':<16}{'requests':>10}{'ratio':>9}{'seconds':>10}{'ratio':>9}")
    _, wanted, base_seconds, base_requests = results[0]
    for name, _, seconds, requests in results:
        print(f"{name:<16}{requests:>10}{base_requests / requests:>8.1f}x{seconds:>10.3f}{base_seconds / seconds:>8.1f}x")
    same = all(written == wanted for _, written, _, _ in results)
    print("both wrote the same ids" if same else "THE TWO DISAGREE")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
