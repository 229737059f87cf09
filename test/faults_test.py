#!/usr/bin/env python3
"""Sites that misbehave: named, with what to do; and whatever happened on the way, nothing is there twice."""

import subprocess
import sys
import unittest

from whole import SITE, TANDEM, SyncTest


class Faults(SyncTest):
    def setUp(self):
        super().setUp()
        self.two_projects()
        self.key = self.new_issue(self.sa, "SA", "The only one")
        self.sa.must("POST", f"/rest/api/2/issue/{self.key}/comment", {"body": "said once"})
        self.done("sync", "start", "INT-1")

    def fault(self, sandbox, kind, **more):
        sandbox.must("POST", "/sandbox/faults", {"kind": kind, **more})

    def heal(self):
        for sandbox in (self.sa, self.sb):
            sandbox.must("DELETE", "/sandbox/faults")

    def assert_all_is_there_once(self):
        self.run_until_quiet()
        found = self.sb.must("POST", "/rest/api/2/search", {"jql": "project = SB", "fields": ["summary", "comment"]})
        self.assertEqual([i["fields"]["summary"] for i in found["issues"]], ["The only one"])
        bodies = [c["body"] for c in self.sb.must("GET", f"/rest/api/2/issue/{self.partner(self.key)}/comment")["comments"]]
        self.assertEqual(sum("said once" in body for body in bodies), 1, bodies)

    def refused_then_healed(self, saying):
        answer = self.done("run", code=SITE)
        self.assertIn("INT-1: ", answer.err)
        self.assertIn("site sb", answer.err)
        self.assertIn(saying, answer.err)
        self.heal()
        self.assert_all_is_there_once()

    def test_a_login_page_is_no_answer(self):
        self.fault(self.sb, "html", count=-1)
        self.refused_then_healed("a page titled")

    def test_dead_credentials_are_no_empty_site(self):
        self.fault(self.sb, "anonymous", count=-1)
        self.refused_then_healed("credentials")

    def test_too_many_requests_are_waited_out(self):
        self.fault(self.sb, "429", retryAfter=1, method="GET")
        self.done("run")
        self.assert_all_is_there_once()

    def test_a_creation_whose_reply_is_lost_is_found_again(self):
        self.fault(self.sb, "drop-after", method="POST", path="/rest/api/2/issue")
        self.tandem("run")
        self.assert_all_is_there_once()

    def test_an_error_after_a_comment_was_kept_makes_no_second_one(self):
        self.fault(self.sb, "500-after", method="POST", path="/rest/api/2/issue/*/comment")
        self.tandem("run")
        self.assert_all_is_there_once()

    def test_a_kill_in_the_middle_of_a_creation_is_carried_on(self):
        """The site takes its time over the creation and keeps it; by then nobody waits for the reply any more."""
        self.fault(self.sb, "delay", method="POST", path="/rest/api/2/issue", ms=3000)
        process = subprocess.Popen([TANDEM, "run"], env=self.environment, cwd=self.folder, stdout=subprocess.DEVNULL)
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(timeout=1.5)
        process.kill()
        process.wait()
        self.heal()
        self.tandem("run")
        self.assert_all_is_there_once()


if __name__ == "__main__":
    sys.exit(unittest.main())
