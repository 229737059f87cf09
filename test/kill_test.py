#!/usr/bin/env python3
"""The program is killed (SIGKILL) at random moments some thirty times: during the first synchronization, among edits, and
at every part of a migration. Then the same command is given again. Nothing may be lost, nothing may be there twice.

What people wrote is kept here and looked for on both sites; Tandem's own word (`verify`) is only the second witness. The
seed is fixed; the moments depend on the machine. TANDEM_SEED tries another story."""

import collections
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from whole import DONE, FINDINGS, SITE, TANDEM, USAGE, SyncTest

SEED = int(os.environ.get("TANDEM_SEED", "1"))
FIRST_SYNC_KILLS, EDIT_KILLS, MIGRATE_KILLS = 10, 10, 12
ISSUES = 24


class Kill(SyncTest):
    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.killed = self.ended = 0
        self.longest = 0.5
        self.said = {}  # text of a comment -> is it still there?
        self.two_projects(issues=ISSUES)
        self.done("sync", "start", "INT-1")

    # --- killing

    def kill(self, *words):
        """Runs, and kills it within a time that follows how long runs take here."""
        process = subprocess.Popen([TANDEM, *words], env=self.environment, cwd=self.folder, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        time.sleep(self.random.uniform(0, self.longest))
        process.kill()
        process.communicate(timeout=60)
        if process.returncode == -signal.SIGKILL:
            self.killed += 1
            self.longest *= 1.1
        else:
            self.ended += 1
            self.longest *= 0.7

    def a_minute_goes_by(self):
        """A creation that did not arrive is tried again after a minute: the store is told that it is over. The sites
        have long done what they were sent before the kill."""
        time.sleep(0.5)
        with sqlite3.connect(self.store) as store:
            store.execute("UPDATE op SET sent_ms = sent_ms - 61000 WHERE state IN ('sent', 'uncertain')")
        store.close()

    def rest(self):
        for _ in range(20):
            self.a_minute_goes_by()
            answer = self.tandem("--json", "run")
            self.assertEqual(answer.code, DONE, self.tandem("findings").out + answer.out + answer.err)
            counts = answer.json
            self.assertEqual(len(counts), 1, self.done("sync", "list").out)
            counts = counts[0]
            wrote = sum(sum(v.values()) for v in counts.values() if isinstance(v, dict))
            if not wrote and not counts["waiting"]:
                return
        self.fail(f"no rest after twenty passes: {counts}")

    # --- what people do

    def edit(self, first, second, number):
        """Each pair is edited on one side only, so that no edit may lose to another. `first`, `second`: (site, project)."""
        side = number % 2
        site, project = (first, second)[side]
        keys = [pair[side] for pair in self.pairs[side::2]]
        summary = f"Edit {number} of {project}"
        text = f"Remark {number} from {project}."
        site.must("PUT", f"/rest/api/2/issue/{self.random.choice(keys)}", {"fields": {"labels": [f"n{number}"]}})
        key = self.random.choice(keys)
        site.must("POST", f"/rest/api/2/issue/{key}/comment", {"body": text})
        self.said[text] = True
        if number % 3 == 0:
            site.must("PUT", f"/rest/api/2/issue/{self.random.choice(keys)}", {"fields": {"summary": summary}})
        if number % 4 == 0:
            self.new_issue(site, project, f"New {number} in {project}")
        if number % 5 == 4:
            self.take_back(site, project)

    def take_back(self, site, project):
        """A person deletes a comment of theirs."""
        for key in self.keys(site, project):
            for comment in site.must("GET", f"/rest/api/2/issue/{key}/comment")["comments"]:
                if self.said.get(comment["body"]):
                    site.must("DELETE", f"/rest/api/2/issue/{key}/comment/{comment['id']}")
                    self.said[comment["body"]] = False
                    return

    # --- what is there

    def search(self, site, project):
        body = {"jql": f"project = {project} ORDER BY key ASC", "fields": ["summary", "labels"], "maxResults": 100}
        path = "/rest/api/2/search" if site.user == "admin" else "/rest/api/3/search/jql"
        found = site.must("POST", path, body)["issues"]
        self.assertLess(len(found), 100)
        return found

    def keys(self, site, project):
        return [issue["key"] for issue in self.search(site, project)]

    def content(self, site, project):
        """({issue: how often}, [text of every comment]), without keys and ids."""
        issues, texts = collections.Counter(), []
        for issue in self.search(site, project):
            comments = site.must("GET", f"/rest/api/2/issue/{issue['key']}/comment?maxResults=1000")["comments"]
            labels = ",".join(sorted(issue["fields"]["labels"]))
            issues[issue["fields"]["summary"], labels, len(comments)] += 1
            texts += [comment["body"] for comment in comments]
        return issues, texts

    def assert_nothing_lost_or_doubled(self, first, second, key):
        there = [self.content(*first), self.content(*second)]
        differ = [there[0][0] - there[1][0], there[1][0] - there[0][0]]
        self.assertEqual(differ, [{}, {}], "summaries, labels or numbers of comments differ")
        for side, (_, texts) in zip(("first", "second"), there):
            for said, stands in self.said.items():
                self.assertEqual(sum(said in text for text in texts), int(stands), f"{said!r} on the {side} side")
        answer = self.done("--json", "verify", key).json
        self.assertTrue(answer["isEqual"], answer)
        self.assertEqual(self.tandem("--json", "findings").json, [])
        return sum(there[0][0].values())

    # --- the stories

    def test_whatever_moment_it_is_killed_nothing_is_lost_or_doubled(self):
        first, second = (self.sa, "SA"), (self.sb, "SB")
        for number in range(FIRST_SYNC_KILLS):
            self.kill("run")
            if number == FIRST_SYNC_KILLS // 2:
                self.a_minute_goes_by()
        self.rest()
        self.assertEqual(self.assert_nothing_lost_or_doubled(first, second, "INT-1"), ISSUES)

        self.pairs = [(p["firstKey"], p["secondKey"]) for p in self.done("--json", "pairs", "list", "INT-1").json]
        for number in range(EDIT_KILLS):
            self.edit(first, second, number)
            self.kill("run")
            if number == EDIT_KILLS // 2:
                self.a_minute_goes_by()
        self.rest()
        self.assertGreater(self.assert_nothing_lost_or_doubled(first, second, "INT-1"), ISSUES)

        self.migrate(second)
        print(f"killed {self.killed} times, {self.ended} runs had ended before", file=sys.stderr)
        self.assertGreater(self.killed, (FIRST_SYNC_KILLS + EDIT_KILLS + MIGRATE_KILLS) // 2, "hardly a run was killed")

    def test_a_way_back_that_is_killed_loses_nothing_either(self):
        first, second = (self.sa, "SA"), (self.sb, "SB")
        self.rest()
        self.pairs = [(p["firstKey"], p["secondKey"]) for p in self.done("--json", "pairs", "list", "INT-1").json]
        self.ca = self.sandbox("ca", "cloud")
        self.add_site(self.ca)
        before = ["migrate", "INT-1", "--moved", "first"]
        self.done(*before, code=FINDINGS)
        self.done("sandbox", "move", "--from", self.sa.url, "--to", self.ca.url, "--project", "SA")
        self.done(*before, "--to", "ca:SA")
        for number in (1, 2, 3):
            self.edit((self.ca, "SA"), second, number)
        self.rest()
        back = [*before, "--to", "ca:SA", "--rollback"]
        for _ in range(4):
            self.kill(*back)
        answer = self.tandem(*back)
        self.assertRegex(answer.out + answer.err, "INT-1 runs again|no migration of INT-1 is under way")  # it was done
        for number in (5, 6, 7):
            self.edit(first, second, number)
            self.kill("run")
        self.rest()
        self.assert_nothing_lost_or_doubled(first, second, "INT-1")
        states = {s["key"]: s["state"] for s in self.done("--json", "sync", "list").json}
        self.assertEqual(states, {"INT-1": "running", "INT-2": "retired"})

    def until(self, saying, *words):
        """Kills the command a few times, then lets it end, and expects this exit code or these words."""
        for _ in range(MIGRATE_KILLS // 3):
            self.kill(*words)
        for _ in range(5):
            answer = self.tandem(*words)
            if saying in answer.out:
                return answer
            self.assertIn(answer.code, (FINDINGS, USAGE), answer.err)
            self.assertIn("tandem run", answer.out + answer.err)
            self.a_minute_goes_by()
            self.assertIn(self.tandem("run").code, (DONE, FINDINGS))
        self.fail(f"{' '.join(words)} does not end: {answer.out}{answer.err}")

    def migrate(self, second):
        self.edit((self.sa, "SA"), second, 101)
        before = ["migrate", "INT-1", "--moved", "first"]
        there = [*before, "--to", "ca:SA"]
        self.ca = self.sandbox("ca", "cloud")
        self.add_site(self.ca)
        self.until("Now make SA read-only", *before)
        self.done("sandbox", "move", "--from", self.sa.url, "--to", self.ca.url, "--project", "SA")
        first = (self.ca, "SA")
        for number in (102, 103, 105):
            self.edit(first, second, number)
        self.until("different.", *there)
        self.rest()
        self.assert_nothing_lost_or_doubled(first, second, "INT-2")
        self.until("INT-1", *there, "--finish")
        self.edit(first, second, 109)
        self.rest()
        self.assert_nothing_lost_or_doubled(first, second, "INT-2")
        self.assertEqual([s["key"] for s in self.done("--json", "sync", "list").json], ["INT-2"])


if __name__ == "__main__":
    sys.exit(unittest.main())
