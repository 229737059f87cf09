#!/usr/bin/env python3
"""What nobody here made up: issues recorded from a real Jira Cloud are loaded into a sandbox and synchronized."""

import json
import os
import pathlib
import sys
import unittest

from whole import DONE, FINDINGS, ROOT, SyncTest

SHARED = pathlib.Path(os.environ.get("TANDEM_SHARED", ROOT.parent / "shared"))
SKIPPED = 77


def recorded_sets():
    """Folders of recorded issues, each with the issues by key."""
    for folder in sorted({path.parent for path in (SHARED / "data/payloads/jirametrics").rglob("SP-*.json")}):
        yield folder, {path.stem: json.loads(path.read_text()) for path in folder.glob("SP-*.json")}


class Recorded(SyncTest):
    def test_recorded_issues_arrive_on_the_other_side(self):
        for folder, issues in recorded_sets():
            with self.subTest(folder=folder.name):
                self.setUp()
                cloud = self.sandbox("rec", "cloud", "--load", str(folder))
                other = self.sandbox("other", "dc10", "--demo-data", "OT:0")
                self.add_site(cloud)
                self.add_site(other)
                self.tandem("sync", "create", "--first", "rec:SP", "--second", "other:OT")
                self.done("sync", "start", "INT-1")
                for _ in range(3):
                    self.assertIn(self.tandem("run").code, (DONE, FINDINGS))
                pairs = {p["firstKey"]: p.get("secondKey") for p in self.done("--json", "pairs", "list", "INT-1").json}
                self.assertEqual(sorted(pairs), sorted(issues))
                findings = self.tandem("--json", "findings").json
                for key, issue in issues.items():
                    if not pairs[key]:
                        self.assertTrue([f for f in findings if f.get("pair", "").startswith(key + " ")], key)
                        continue
                    copy = other.must("GET", f"/rest/api/2/issue/{pairs[key]}")["fields"]
                    self.assertEqual(copy["summary"].split(), issue["fields"]["summary"].split())
                    said = issue["fields"].get("comment", {}).get("comments", [])
                    there = other.must("GET", f"/rest/api/2/issue/{pairs[key]}/comment")["total"]
                    self.assertEqual(there, len(said), key)
                verified = self.tandem("--json", "verify", "INT-1").json
                self.assertEqual(verified["doubled"], [0, 0])
                cloud.stop()
                other.stop()


if __name__ == "__main__":
    if not list(recorded_sets()):
        print(f"skipped: {SHARED}/data/payloads/jirametrics is not there; name the folder in TANDEM_SHARED")
        sys.exit(SKIPPED)
    sys.exit(unittest.main())
