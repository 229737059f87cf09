#!/usr/bin/env python3
"""The published guide with Tandem's commands: on files for those who run Backbone, and as one flow for those who run Tandem."""

import json
import re
import sys
import unittest

from whole import DONE, FINDINGS, SyncTest


class Guide(SyncTest):
    def story(self):
        """SA and SB in step, with comments; SA has moved to the cloud site ca, which Tandem knows."""
        self.two_projects(issues=8)
        person = self.sa.must("GET", "/rest/api/2/issue/SA-1")["fields"]["reporter"]["name"]
        self.sa.must("PUT", "/rest/api/2/issue/SA-1", {"fields": {"description": f"[~{person}], what do you think?"}})
        self.done("sync", "start", "INT-1")
        self.run_until_quiet()
        self.ca = self.sandbox("ca", "cloud")
        self.add_site(self.ca)

    def move(self):
        self.done("sandbox", "move", "--from", self.sa.url, "--to", self.ca.url, "--project", "SA", "--id-map", "map.jsonl")

    def comments(self, sandbox, key):
        return sandbox.must("GET", f"/rest/api/2/issue/{key}/comment")["comments"]

    def test_backbones_files_are_prepared_for_upload(self):
        self.story()
        self.done("sync", "stop", "INT-1")
        exported = self.done("--json", "pairs", "export", "INT-1").json["file"]
        self.done("sync", "export", "INT-1", "config.json")
        self.move()
        (self.folder / "p").write_text("admin\n")
        flags = ["-f", exported, "--bu1", self.sa.url, "--u1", "admin", "--bu2", self.ca.url, "--u2", self.ca.user]
        answer = self.done("translate", *flags, "--p1-file", "p", "--p2-file", "p")
        converted = re.match(r"saving json to (.*)", answer.out.splitlines()[-1]).group(1)
        self.assertEqual(converted.rsplit("/", 1)[-1], exported.rsplit("/", 1)[-1] + "-converted.json")

        before = json.loads((self.folder / exported).read_text())
        after = json.loads((self.folder / converted).read_text())
        self.assertEqual(before["secondConnector"], after["secondConnector"])
        count = 0
        for old, new in zip(before["firstConnector"], after["firstConnector"], strict=True):
            self.assertEqual({**old, "comments": 0}, {**new, "comments": 0})
            there = {c["id"]: c for c in self.comments(self.ca, new["localIssueKey"])}
            here = {c["id"]: c for c in self.comments(self.sa, old["localIssueKey"])}
            for a, b in zip(old["comments"], new["comments"], strict=True):
                self.assertEqual(here[a["localId"]]["created"][:10], there[b["localId"]]["created"][:10])
                self.assertNotEqual(a["localId"], b["localId"])
                count += 1
        self.assertGreater(count, 5)

        for name in (converted, "config.json"):
            self.done("swap", name, "--first", "SB", "-o", "swapped.json")
            self.refused("swap", "swapped.json", "--first", "SB")
        self.done("swap", converted, "--first", "SB", "-o", "swapped.json")
        self.done("split", "-f", "swapped.json", "--size", "3")
        chunks = sorted(self.folder.glob("chunkedMappingFile-*.json"))
        self.assertEqual(len(chunks), 3)
        records = [r for chunk in chunks for r in json.loads(chunk.read_text())["secondConnector"]]
        self.assertEqual(sorted(r["localIssueKey"] for r in records),
                         sorted(r["localIssueKey"] for r in after["firstConnector"]))

    def test_the_guides_files_make_a_synchronization_of_tandems_own(self):
        """Steps 3 to 5 by hand: swap, translate, swap, split, import, pair, check, start, resync, verify, delete."""
        self.story()
        self.done("sync", "stop", "INT-1")
        exported = self.done("--json", "pairs", "export", "INT-1").json["file"]
        self.done("sync", "export", "INT-1", "config.json")
        self.move()
        (self.folder / "p").write_text("admin\n")
        self.done("translate", "-f", exported, "--bu1", self.sa.url, "--u1", "admin", "--p1-file", "p",
                  "--bu2", self.ca.url, "--u2", self.ca.user, "--p2-file", "p")
        self.done("swap", exported + "-converted.json", "--first", "SB", "-o", "pairs.json")
        self.done("split", "-f", "pairs.json", "--size", "5")
        self.done("swap", "config.json", "--first", "SB", "-o", "swapped.json")

        before = {key: len(self.comments(self.sb, key)) for key in (f"SB-{n}" for n in range(1, 9))}
        imported = self.done("--json", "sync", "import", "swapped.json", "--second", "ca:SA").json
        self.assertEqual(imported["key"], "INT-2")
        self.assertEqual([f for f in imported["findings"] if f["level"] == "error"], [])
        chunks = sorted(p.name for p in self.folder.glob("chunkedMappingFile-*.json"))
        adopted = self.tandem("--json", "pairs", "import", "INT-2", *chunks).json
        self.assertEqual(sum(a["pairs"] for a in adopted), 8)
        self.assertEqual(sum(a["missing"] for a in adopted), 0)
        self.done("sync", "check", "INT-2")
        self.done("sync", "start", "INT-2")
        for side in ("first", "second"):
            self.done("sync", "resync", "INT-2", "--from", side, "--fields", "summary")
            self.assertIn(self.tandem("run", "INT-2").code, (DONE, FINDINGS))
        self.tandem("run", "INT-2")
        self.assertEqual(before, {key: len(self.comments(self.sb, key)) for key in before}, "a comment came twice")
        verified = self.tandem("--json", "verify", "INT-2").json
        self.assertEqual([verified["pairs"], verified["missing"], verified["doubled"]], [8, [0, 0], [0, 0]])
        self.assertEqual(verified["different"], 0, verified)
        # a file holds no base, and nobody can make two sites name a person alike: so nothing may be asked about that
        self.assertEqual(self.done("--json", "findings", "INT-2").json, [])
        self.done("sync", "delete", "INT-1")

    def test_a_running_synchronization_is_carried_over(self):
        self.story()
        dry = self.done("migrate", "INT-1", "--moved", "first", "--dry-run")
        for step in ("check", "stop", "export", "move", "resolve", "rebase", "poll", "start", "resync", "verify", "finish"):
            self.assertRegex(dry.out, rf"(?m)^{step} ")
        self.assertEqual(self.done("--json", "sync", "list").json[0]["state"], "running")

        waits = self.done("migrate", "INT-1", "--moved", "first", code=FINDINGS)
        self.assertIn("go on with: tandem migrate INT-1 --moved first --to SITE:PROJECT", waits.out)
        self.assertEqual(self.done("--json", "sync", "list").json[0]["state"], "stopped")
        self.move()
        partner = self.partner("SA-1")
        self.sb.must("PUT", f"/rest/api/2/issue/{partner}", {"fields": {"summary": "Edited while it stood still"}})
        self.sb.must("POST", f"/rest/api/2/issue/{partner}/comment", {"body": "Said while it stood still"})
        before = {key: len(self.comments(self.sb, key)) for key in (f"SB-{n}" for n in range(1, 9))}

        there = ["migrate", "INT-1", "--moved", "first", "--to", "ca:SA", "--id-map", "map.jsonl"]
        self.done(*there)
        issue = self.ca.must("GET", "/rest/api/2/issue/SA-1")
        self.assertEqual(issue["fields"]["summary"], "Edited while it stood still")
        said = [c for c in self.comments(self.ca, "SA-1") if "Said while it stood still" in c["body"]]
        self.assertEqual(len(said), 1)
        self.assertEqual(before, {key: len(self.comments(self.sb, key)) for key in before}, "a comment came twice")
        self.assertTrue(self.done("--json", "verify", "INT-2").json["isEqual"])
        states = {s["key"]: s["state"] for s in self.done("--json", "sync", "list").json}
        self.assertEqual(states, {"INT-1": "retired", "INT-2": "running"})
        self.refused("sync", "start", "INT-1", saying="replaced by a migration")

        self.done(*there, "--finish")
        self.assertEqual([s["key"] for s in self.done("--json", "sync", "list").json], ["INT-2"])
        key = self.new_issue(self.ca, "SA", "Made on Cloud")
        for _ in range(3):
            self.done("run")
        self.assertIn("Made on Cloud", [
            self.sb.must("GET", f"/rest/api/2/issue/{p['secondKey']}")["fields"]["summary"]
            for p in self.done("--json", "pairs", "list", "INT-2").json if p.get("firstKey") == key
        ])

    def test_a_migration_is_taken_back(self):
        self.story()
        self.done("migrate", "INT-1", "--moved", "first", code=FINDINGS)
        self.move()
        there = ["migrate", "INT-1", "--moved", "first", "--to", "ca:SA", "--id-map", "map.jsonl"]
        self.done(*there)
        self.done(*there, "--rollback")
        states = {s["key"]: s["state"] for s in self.done("--json", "sync", "list").json}
        self.assertEqual(states["INT-1"], "running")
        self.assertNotEqual(states.get("INT-2"), "running")
        self.sa.must("PUT", "/rest/api/2/issue/SA-1", {"fields": {"summary": "Back home"}})
        self.done("run", "INT-1")
        self.assertEqual(
            self.sb.must("GET", f"/rest/api/2/issue/{self.partner('SA-1')}")["fields"]["summary"], "Back home"
        )
        self.done("verify", "INT-1", code=DONE)


if __name__ == "__main__":
    sys.exit(unittest.main())
