#!/usr/bin/env python3
"""A site that does not answer is named, and the state stays: the next run goes on where this one stood."""

import sys
import unittest

from whole import SITE, SyncTest


class Away(SyncTest):
    def test_a_site_that_is_away_is_named_and_the_state_stays(self):
        self.two_projects()
        key = self.new_issue(self.sa, "SA", "Waits for its site")
        self.done("sync", "start", "INT-1")
        self.run_until_quiet()
        self.sb.stop()
        self.sa.must("PUT", f"/rest/api/2/issue/{key}", {"fields": {"summary": "Changed meanwhile"}})
        answer = self.done("run", code=SITE)
        self.assertIn("INT-1: ", answer.err)
        self.assertIn("site sb", answer.err)
        self.assertIn(self.sb.url, answer.err)

        again = self.sandbox("sb", "dc10", port=self.sb.url.rsplit(":", 1)[1])
        self.run_until_quiet()
        issue = again.must("GET", f"/rest/api/2/issue/{self.partner(key)}")
        self.assertEqual(issue["fields"]["summary"], "Changed meanwhile")


if __name__ == "__main__":
    sys.exit(unittest.main())
