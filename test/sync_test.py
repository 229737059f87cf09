#!/usr/bin/env python3
"""Two sandboxes, the real binary: from `site add` to issues that appear, and a store that only one may write to."""

import signal
import subprocess
import sys
import time
import unittest

from whole import DONE, FINDINGS, LOCKED, SITE, TANDEM, SyncTest


class Sync(SyncTest):
    def issues_edits_and_comments(self, second):
        self.two_projects(second)
        key = self.new_issue(self.sa, "SA", "The lamp flickers", description="*Always* at night", labels=["lamp"])
        comment = self.sa.must("POST", f"/rest/api/2/issue/{key}/comment", {"body": "Seen on floor 2"})
        self.done("sync", "start", "INT-1")
        self.run_until_quiet()

        copy = self.partner(key)
        self.assertTrue(copy and copy.startswith("SB-"), copy)
        issue = self.sb.must("GET", f"/rest/api/2/issue/{copy}")
        self.assertEqual(issue["fields"]["summary"], "The lamp flickers")
        self.assertEqual(issue["fields"]["labels"], ["lamp"])
        self.assertIn("*Always* at night", issue["fields"]["description"])
        comments = self.sb.must("GET", f"/rest/api/2/issue/{copy}/comment")["comments"]
        self.assertEqual(len(comments), 1)
        self.assertIn("Seen on floor 2", comments[0]["body"])

        self.sb.must("PUT", f"/rest/api/2/issue/{copy}", {"fields": {"summary": "The lamp is mended"}})
        self.sa.must("PUT", f"/rest/api/2/issue/{key}/comment/{comment['id']}", {"body": "Seen on floor 3"})
        other = self.new_issue(self.sb, "SB", "A second lamp")
        self.run_until_quiet()
        self.assertEqual(self.sa.must("GET", f"/rest/api/2/issue/{key}")["fields"]["summary"], "The lamp is mended")
        comments = self.sb.must("GET", f"/rest/api/2/issue/{copy}/comment")["comments"]
        self.assertEqual(len(comments), 1)
        self.assertIn("Seen on floor 3", comments[0]["body"])
        back = self.partner(other, "second")
        self.assertEqual(self.sa.must("GET", f"/rest/api/2/issue/{back}")["fields"]["summary"], "A second lamp")
        verified = self.done("--json", "verify", "INT-1").json
        self.assertTrue(verified["isEqual"], verified)
        self.assertEqual(verified["pairs"], 2)

    def test_issues_edits_and_comments_appear_on_the_other_side(self):
        self.issues_edits_and_comments("dc10")

    def test_the_same_with_cloud(self):
        self.issues_edits_and_comments("cloud")

    def test_cloud_keeps_what_markup_cannot_say_and_verify_tells_of_it(self):
        self.two_projects("cloud")
        checked = {site["name"]: site for site in self.done("--json", "site", "check").json}
        self.assertEqual((checked["sa"]["richText"], checked["sb"]["richText"]), ("wiki", "adf"))
        self.assertIn("ADF", self.done("site", "check", "sb").out)
        key = self.new_issue(self.sa, "SA", "The lamp flickers", description="Once.\n\nTwice.")
        self.done("sync", "start", "INT-1")
        self.run_until_quiet()
        copy = self.partner(key)

        def words(text):
            return {"type": "paragraph", "content": [{"type": "text", "text": text}]}

        task = {"type": "taskItem", "attrs": {"localId": "i", "state": "DONE"}, "content": [{"type": "text", "text": "Look"}]}
        tasks = {"type": "taskList", "attrs": {"localId": "t"}, "content": [task]}
        document = {"version": 1, "type": "doc", "content": [words("Once."), tasks, words("Twice.")]}
        self.sb.must("PUT", f"/rest/api/3/issue/{copy}", {"fields": {"description": document}})
        self.run_until_quiet()
        text = self.sa.must("GET", f"/rest/api/2/issue/{key}")["fields"]["description"]
        self.assertIn("Look", text)
        self.sa.must("PUT", f"/rest/api/2/issue/{key}", {"fields": {"description": text.replace("Twice", "Thrice")}})
        self.run_until_quiet()
        kept = self.sb.must("GET", f"/rest/api/3/issue/{copy}")["fields"]["description"]["content"]
        self.assertEqual(kept[1], tasks)
        self.assertEqual(kept[2], words("Thrice."))
        verified = self.done("--json", "verify", "INT-1").json
        self.assertTrue(verified["isEqual"], verified)
        self.assertEqual(verified["lossyTexts"], 1)
        self.assertEqual(verified["notes"][0]["key"], copy)
        self.assertIn("a task list becomes a bullet list", verified["notes"][0]["what"])
        self.assertIn(f"{copy}, description: a task list", self.done("verify", "INT-1").out)

    def test_the_panel_shows_the_partner_and_goes_with_the_synchronization(self):
        self.two_projects()
        key = self.new_issue(self.sa, "SA", "Panel")
        self.done("sync", "start", "INT-1")
        self.run_until_quiet()
        links = self.sa.must("GET", f"/rest/api/2/issue/{key}/remotelink")
        self.assertEqual(len(links), 1)
        self.assertIn(self.partner(key), links[0]["object"]["title"] + links[0]["object"]["url"])
        self.refused("sync", "delete", "INT-1", saying="stop it first")
        self.refused("site", "remove", "sa", saying="INT-1")
        self.done("sync", "stop", "INT-1")
        deleted = self.done("--json", "sync", "delete", "INT-1").json
        self.assertEqual(deleted["pairs"], 1)
        self.assertEqual(self.sa.must("GET", f"/rest/api/2/issue/{key}/remotelink"), [])
        self.assertEqual(self.done("--json", "sync", "list").json, [])
        self.done("site", "remove", "sa")

    def test_a_second_engine_is_refused_by_name_of_the_first_and_readers_are_not(self):
        self.two_projects()
        self.done("sync", "start", "INT-1")
        loop = subprocess.Popen(
            [TANDEM, "run", "--every", "1s"], stdout=subprocess.PIPE, text=True, env=self.environment, cwd=self.folder
        )
        try:
            self.assertTrue(loop.stdout.readline().startswith("INT-1"))
            second = self.done("run", code=LOCKED)
            self.assertIn(f"tandem run, process {loop.pid}", second.err)
            self.done("sync", "stop", "INT-1", code=LOCKED)
            self.done("sync", "list")
            self.done("findings", "INT-1")
            key = self.new_issue(self.sa, "SA", "Made while the loop runs")
            for _ in range(100):
                if self.partner(key):
                    break
                time.sleep(0.2)
            self.assertTrue(self.partner(key))
        finally:
            loop.send_signal(signal.SIGTERM)
            rest, _ = loop.communicate(timeout=60)
        self.assertEqual(loop.returncode, DONE)
        self.done("sync", "stop", "INT-1")
        self.assertIn("No synchronization is started", self.done("run").out)

    def test_wrong_credentials_are_an_answer_of_their_own(self):
        sa = self.sandbox("sa", "dc8")
        self.environment["WRONG"] = "guess"
        self.done("site", "add", "sa", "--url", sa.url, "--user", "admin", "--secret-env", "WRONG")
        answer = self.done("site", "check", "sa", code=SITE)
        self.assertIn("site sa", answer.err)
        self.assertNotIn("guess", answer.err + answer.out)

    def test_a_site_that_cannot_be_used_is_refused_when_it_is_told(self):
        (self.folder / "secret").write_text("s3cret\n")
        add = ["site", "add", "sa", "--user", "sync", "--secret-file", "secret", "--url"]
        self.refused(*add, "http://jira.example.com", saying="plain http")
        self.refused(*add, "https://sync:s3cret@jira.example.com", saying="take them out")
        self.refused(*add, "https://jira.example.com", "--ca-file", "none.pem", saying="none.pem")
        self.assertFalse(self.store.exists())
        self.done(*add, "http://jira.example.com", "--allow-http")
        answer = self.done(*add, "https://jira.example.com/")
        self.assertIn("known already (http://jira.example.com), and now replaced", answer.out)

    def test_a_project_that_is_not_there_is_wrong_use(self):
        self.two_projects()
        self.refused("sync", "create", "--first", "sa:SA", "--second", "sb:NO", saying="project NO is not there")
        self.refused("sync", "create", "--first", "sa:SA", "--second", "no:SB", saying='no site "no"')

    def test_a_synchronization_that_stopped_itself_is_no_quiet_one(self):
        self.two_projects()
        keys = [self.new_issue(self.sa, "SA", f"Issue {n}") for n in range(6)]
        self.done("sync", "start", "INT-1")
        self.run_until_quiet()
        for key in keys:
            self.sb.must("DELETE", f"/rest/api/2/issue/{self.partner(key)}")
            self.sa.must("PUT", f"/rest/api/2/issue/{key}", {"fields": {"summary": "Edited"}})
        self.assertIn("INT-1", self.done("run", code=FINDINGS).err)
        answer = self.done("run", code=FINDINGS)
        self.assertIn("INT-1 has stopped itself: ", answer.out)
        self.assertIn("tandem sync start INT-1 --force", answer.out)
        self.assertEqual(self.done("--json", "run", code=FINDINGS).json, [])

    def test_a_configuration_leaves_and_comes_back(self):
        self.two_projects()
        self.done("sync", "export", "INT-1", "config.json")
        exported = self.done("sync", "export", "INT-1").out
        self.assertEqual((self.folder / "config.json").read_text(), exported)
        self.assertNotIn("admin", exported)
        answer = self.done("--json", "sync", "import", "config.json", "--name", "again").json
        self.assertEqual(answer["key"], "INT-2")
        self.assertEqual([f for f in answer["findings"] if f["level"] == "error"], [])
        self.done("sync", "check", "INT-2")
        self.done("sync", "import", "config.json", "--replace", "INT-2")
        self.done("sync", "start", "INT-1")
        self.refused("sync", "start", "INT-2", saying="INT-1 runs between the same two projects")
        self.refused("sync", "import", "config.json", "--replace", "INT-9", saying="INT-9")
        (self.folder / "broken.json").write_text(exported[: len(exported) // 2])
        self.refused("sync", "import", "broken.json", saying="broken.json")

    def test_the_losing_value_of_a_conflict_comes_back_on_demand(self):
        self.two_projects()
        key = self.new_issue(self.sa, "SA", "The lamp flickers")
        self.done("sync", "start", "INT-1")
        self.run_until_quiet()
        places = [(self.sa, key), (self.sb, self.partner(key))]
        for (site, where), summary in zip(places, ("The lamp flickers at night", "The lamp is mended")):
            site.must("PUT", f"/rest/api/2/issue/{where}", {"fields": {"summary": summary}})
            time.sleep(0.05)
        self.done("run", code=FINDINGS)
        self.run_until_quiet()
        [conflict] = self.done("--json", "findings", "INT-1", code=FINDINGS).json
        number = conflict["id"]
        self.refused("findings", "resolve", "INT-1", number, "--take", "first", saying="of kind")
        self.refused("findings", "restore", "INT-1", 4711, saying="no open finding")
        self.done("findings", "restore", "INT-1", number)
        self.done("run", code=FINDINGS)
        self.run_until_quiet()
        for site, where in places:
            now = site.must("GET", f"/rest/api/2/issue/{where}")["fields"]["summary"]
            self.assertEqual(now, conflict["detail"]["loser"]["text"])
        [after] = self.done("--json", "findings", "INT-1", code=FINDINGS).json
        self.assertEqual(after["detail"]["loser"]["text"], conflict["detail"]["winner"]["text"])

    def test_pairs_leave_as_a_pair_file(self):
        self.two_projects()
        key = self.new_issue(self.sa, "SA", "Paired")
        self.sa.must("POST", f"/rest/api/2/issue/{key}/comment", {"body": "one"})
        self.done("sync", "start", "INT-1")
        self.run_until_quiet()
        exported = self.done("--json", "pairs", "export", "INT-1").json
        self.assertEqual(exported["pairs"], 1)
        self.assertRegex(exported["file"], r"\d{14}_sync_info_pairs\.json$")
        self.done("split", exported["file"], "--size", "1")
        chunk = self.folder / "chunkedMappingFile-1.json"
        self.assertTrue(chunk.is_file())
        swapped = self.done("--json", "swap", exported["file"], "--first", "SB").json
        self.refused("swap", swapped["output"], "--first", "SB", saying="SB")


if __name__ == "__main__":
    sys.exit(unittest.main())
