#!/usr/bin/env python3
"""A store that is lost, or put back to yesterday: nothing is made twice."""

import stat
import sys
import unittest

from whole import FINDINGS, SyncTest


class Store(SyncTest):
    def setUp(self):
        super().setUp()
        self.two_projects(issues=3)
        self.done("sync", "start", "INT-1")
        self.run_until_quiet()

    def content(self, sandbox, project):
        """[(summary, sorted texts of comments)], sorted."""
        body = {"jql": f"project = {project}", "fields": ["summary", "comment"], "maxResults": 100}
        issues = sandbox.must("POST", "/rest/api/2/search", body)["issues"]
        texts = []
        for issue in issues:
            comments = sandbox.must("GET", f"/rest/api/2/issue/{issue['key']}/comment")["comments"]
            texts.append((issue["fields"]["summary"], len(comments)))
        return sorted(texts)

    def work(self):
        self.key = self.new_issue(self.sa, "SA", "Made after the backup")
        self.sa.must("POST", f"/rest/api/2/issue/{self.key}/comment", {"body": "said after the backup"})
        self.new_issue(self.sb, "SB", "Made over there")
        self.run_until_quiet()
        self.before = self.content(self.sa, "SA")
        self.assertEqual(self.content(self.sb, "SB"), self.before)

    def assert_nothing_is_doubled(self):
        self.run_until_quiet()
        self.assertEqual(self.content(self.sa, "SA"), self.before)
        self.assertEqual(self.content(self.sb, "SB"), self.before)
        self.assertTrue(self.done("--json", "verify", "INT-1").json["isEqual"])
        self.assertEqual(self.done("--json", "findings").json, [])

    def test_a_backup_is_whole_private_and_takes_no_place(self):
        copy = self.folder / "copy.db"
        self.done("store", "backup", copy)
        self.assertEqual(stat.S_IMODE(copy.stat().st_mode), 0o600)
        self.refused("store", "backup", copy, saying="there already")
        self.assertEqual(self.done("--store", copy, "sync", "list").out, self.done("sync", "list").out)
        self.assertEqual([p.name for p in self.folder.glob("*unfinished*")], [])

    def test_what_was_made_after_the_backup_is_not_made_again(self):
        copy = self.folder / "copy.db"
        self.done("store", "backup", copy)
        self.work()
        self.done("store", "restore", copy)
        self.assertIsNone(self.partner(self.key))
        self.assert_nothing_is_doubled()
        self.assertIsNotNone(self.partner(self.key))

    def test_a_store_that_is_lost_is_made_anew_from_the_sites(self):
        config = self.folder / "config.json"
        self.done("sync", "export", "INT-1", config)
        self.work()
        for name in self.folder.glob("tandem.db*"):
            name.unlink()
        self.add_site(self.sa)
        self.add_site(self.sb)
        self.done("--json", "sync", "create", "--first", "sa:SA", "--second", "sb:SB")
        self.done("store", "rebuild", "INT-1")
        self.done("sync", "start", "INT-1")
        self.assert_nothing_is_doubled()

    def test_without_a_word_a_lost_store_asks_first(self):
        self.work()
        for name in self.folder.glob("tandem.db*"):
            name.unlink()
        self.add_site(self.sa)
        self.add_site(self.sb)
        self.done("--json", "sync", "create", "--first", "sa:SA", "--second", "sb:SB")
        self.done("sync", "start", "INT-1")
        answer = self.done("run", code=FINDINGS)
        self.assertIn("tandem sync start INT-1 --force", answer.err)
        self.done("sync", "start", "INT-1", "--force")
        self.assert_nothing_is_doubled()

    def test_what_is_no_backup_is_refused_and_changes_nothing(self):
        no = self.folder / "no.db"
        no.write_text("not a database at all, only a text that is long enough to look at\n" * 20)
        before = self.done("--json", "pairs", "list", "INT-1").out
        self.refused("store", "restore", no)
        self.refused("store", "restore", self.folder / "missing.db", saying="cannot be read")
        torn = self.folder / "torn.db"
        self.done("store", "backup", torn)
        torn.write_bytes(torn.read_bytes()[: torn.stat().st_size // 2])
        self.refused("store", "restore", torn, saying="the store was not changed")
        self.assertEqual(self.done("--json", "pairs", "list", "INT-1").out, before)
        self.assertEqual([p.name for p in self.folder.glob("*restoring*")], [])


if __name__ == "__main__":
    sys.exit(unittest.main())
