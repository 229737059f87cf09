#!/usr/bin/env python3
"""`tandem sandbox` and `tandem sandbox move` as a person uses them."""

import json
import sys
import unittest

from whole import SITE, WholeTest


class Move(WholeTest):
    def keys(self, sandbox, project):
        path = "/rest/api/3/search/jql" if sandbox.user != "admin" else "/rest/api/2/search"
        found = sandbox.must("POST", path, {"jql": f"project = {project} ORDER BY key ASC", "maxResults": 100,
                                            "fields": ["summary"]})
        return {issue["key"]: issue for issue in found["issues"]}

    def test_a_project_moves_to_cloud_with_its_keys_and_without_its_ids(self):
        sa = self.sandbox("sa", "dc8", "--demo-data", "SA:12")
        ca = self.sandbox("ca", "cloud")
        before = self.keys(sa, "SA")
        moved = self.done("--json", "sandbox", "move", "--from", sa.url, "--to", ca.url, "--project", "SA",
                          "--id-map", "map.jsonl").json
        after = self.keys(ca, "SA")
        self.assertEqual(moved["issues"], 12)
        self.assertEqual(before.keys(), after.keys())
        self.assertEqual(len(after), 12)
        for key, issue in before.items():
            self.assertEqual(issue["fields"]["summary"], after[key]["fields"]["summary"])
        self.assertFalse({i["id"] for i in before.values()} & {i["id"] for i in after.values()})
        entries = [json.loads(line) for line in (self.folder / "map.jsonl").read_text().splitlines()]
        ids = {e["sourceId"].split("/")[-1]: e["targetId"].split("/")[-1] for e in entries
               if e["entityType"].endswith("issue")}
        for key, issue in before.items():
            self.assertEqual(ids[issue["id"]], after[key]["id"])
        again = self.done("sandbox", "move", "--from", sa.url, "--to", ca.url, "--project", "SA", code=SITE)
        self.assertIn("'SA'", again.err)

    def test_what_cannot_move_says_why(self):
        sa = self.sandbox("sa", "dc8")
        ca = self.sandbox("ca", "cloud")
        answer = self.done("sandbox", "move", "--from", sa.url, "--to", ca.url, "--project", "NO", code=SITE)
        self.assertIn("NO", answer.err)
        self.refused("sandbox", "move", "--from", "nowhere", "--to", ca.url, "--project", "SA", saying="nowhere")

    def test_a_sandbox_keeps_its_data_and_its_dialect(self):
        sa = self.sandbox("sa", "dc8", "--demo-data", "SA:3")
        first = self.keys(sa, "SA")
        self.assertEqual(sa.stop(), 0)
        again = self.sandbox("sa", "dc8")
        self.assertEqual({k: i["id"] for k, i in self.keys(again, "SA").items()}, {k: i["id"] for k, i in first.items()})
        again.stop()
        self.refused("sandbox", "--dialect", "cloud", "--data", "sa.sandbox")
        self.refused("sandbox", "--dialect", "dc9", "--data", "x.sandbox", saying="dc9")
        self.refused("sandbox", "--dialect", "dc8", "--data", ":memory:", "--demo-data", "SA", saying="KEY:ISSUES")
        self.refused("sandbox", "--dialect", "dc8", "--data", ":memory:", "--listen", "nowhere", saying="nowhere")


if __name__ == "__main__":
    sys.exit(unittest.main())
