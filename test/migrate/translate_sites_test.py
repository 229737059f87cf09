#!/usr/bin/env python3
"""`tandem translate`, `swap` and `split` as a person runs them, against sites that share no code with Tandem."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import sites  # noqa: E402

TANDEM = os.environ.get("TANDEM", str(HERE.parent.parent / "build/dev/tandem"))
DONE, FINDINGS, USAGE, SITE = range(4)


class Translate(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = os.path.join(self.folder.name, "20230512103931_sync_info_pairs.json")

    def tandem(self, *arguments):
        return subprocess.run([TANDEM, *arguments], capture_output=True, text=True, cwd=self.folder.name, timeout=250)

    def write(self, document):
        with open(self.file, "w", encoding="utf-8") as out:
            json.dump(document, out, indent=1)

    def translate(self, old, new, *more):
        return self.tandem("translate", "-f", self.file, *old.login(1), *new.login(2), *more)

    def result(self, answer):
        last = answer.stdout.splitlines()[-1]
        self.assertEqual(last, f"saving json to {self.file}-converted.json")
        with open(self.file + "-converted.json", encoding="utf-8") as file:
            return json.load(file)

    def wanted(self, issues, connector="firstConnector"):
        """The pair file with the ids of the new site, from what we know and no site says."""
        document = sites.pair_file(issues)
        new = sites.moved(issues)
        ids = {str(c["id"]): str(new[key][place]["id"]) for key, comments in issues.items() for place, c in enumerate(comments)}
        for record in document[connector]:
            for entry in record["comments"]:
                entry["localId"] = ids[entry["localId"]]
        return document

    def test_a_thousand_pairs_take_thirteen_requests_and_no_id_is_wrong(self):
        issues = sites.make_issues("SA", 1000)
        self.write(sites.pair_file(issues))
        with sites.Site(issues) as old, sites.Site(sites.moved(issues), "cloud") as new:
            answer = self.translate(old, new)
            self.assertEqual((answer.returncode, old.requests + new.requests), (DONE, 13), answer.stderr)
        self.assertEqual(self.result(answer), self.wanted(issues))

    def test_long_lists_are_followed(self):
        issues = sites.make_issues("SA", 50)
        with sites.Site(issues, embedded=1) as old, sites.Site(sites.moved(issues), "cloud", embedded=2) as new:
            self.write(sites.pair_file(issues))
            answer = self.translate(old, new)
            self.assertEqual(answer.returncode, DONE, answer.stderr)
        self.assertEqual(self.result(answer), self.wanted(issues))

    def test_an_ambiguous_comment_is_taken_out_and_listed(self):
        issues = {"SA-1": [{"id": 1, "created": sites.START, "body": "+1"}, {"id": 2, "created": sites.START, "body": "+1"}]}
        self.write(sites.pair_file(issues))
        with sites.Site(issues) as old, sites.Site(sites.moved(issues), "cloud") as new:
            answer = self.translate(old, new)
        self.assertEqual(answer.returncode, FINDINGS)
        self.assertEqual(self.result(answer)["firstConnector"][0]["comments"], [])
        self.assertIn("SA-1: comment 1: several comments were created in that instant", answer.stderr)
        with open(self.file + "-report.json", encoding="utf-8") as file:
            self.assertEqual([f["reason"] for f in json.load(file)["findings"]], ["tie", "tie"])

    def test_the_wrong_connector_is_refused_and_the_right_one_translated(self):
        issues = sites.make_issues("SA", 30)
        document = sites.pair_file(issues)
        document = {"firstConnector": document["secondConnector"], "secondConnector": document["firstConnector"]}
        self.write(document)
        with sites.Site(issues) as old, sites.Site(sites.moved(issues), "cloud") as new:
            answer = self.translate(old, new)
            self.assertEqual(answer.returncode, USAGE)
            self.assertIn("-r", answer.stderr)
            answer = self.translate(old, new, "-r")
            self.assertEqual(answer.returncode, DONE, answer.stderr)
        wanted = self.wanted(issues)
        self.assertEqual(self.result(answer),
                         {"firstConnector": wanted["secondConnector"], "secondConnector": wanted["firstConnector"]})

    def test_wrong_credentials_leave_nothing_behind(self):
        issues = sites.make_issues("SA", 5)
        self.write(sites.pair_file(issues))
        with sites.Site(issues) as old, sites.Site(sites.moved(issues), "cloud") as new:
            new.password = "another"
            login = new.login(2)[:-1] + ["hunter2"]
            answer = self.tandem("translate", "-f", self.file, *old.login(1), *login)
            self.assertEqual(answer.returncode, SITE, answer.stderr)
            self.assertIn(new.url, answer.stderr)
            self.assertNotIn("hunter2", answer.stderr + answer.stdout)
        self.assertEqual(os.listdir(self.folder.name), [os.path.basename(self.file)])

    def test_the_guide_from_translate_to_chunks(self):
        issues = sites.make_issues("SA", 25)
        self.write(sites.pair_file(issues))
        with sites.Site(issues) as old, sites.Site(sites.moved(issues), "cloud") as new:
            answer = self.translate(old, new)
        self.assertEqual(answer.returncode, DONE, answer.stderr)
        converted = self.file + "-converted.json"
        with open(converted, encoding="utf-8") as file:
            before = file.read()
        swapped = os.path.join(self.folder.name, "swapped.json")
        answer = self.tandem("swap", converted, "--first", "SB", "--output", swapped)
        self.assertEqual(answer.returncode, DONE, answer.stderr)
        with open(swapped, encoding="utf-8") as file:
            after = file.read()
        self.assertEqual(after, before.replace('"firstConnector"', '"?"').replace('"secondConnector"', '"firstConnector"')
                         .replace('"?"', '"secondConnector"'))
        self.assertNotEqual(self.tandem("swap", swapped, "--first", "SB", "--output", swapped + "2").returncode, DONE)
        answer = self.tandem("split", "-f", swapped, "--size", "10")
        self.assertEqual(answer.returncode, DONE, answer.stderr)
        seen = {"firstConnector": [], "secondConnector": []}
        for number in (1, 2, 3):
            with open(os.path.join(self.folder.name, f"chunkedMappingFile-{number}.json"), encoding="utf-8") as file:
                for name, records in json.load(file).items():
                    seen[name] += records
        self.assertEqual(seen, json.loads(after))


if __name__ == "__main__":
    if not os.access(TANDEM, os.X_OK):
        print(f"skipped: {TANDEM} is not built")
        sys.exit(77)
    unittest.main()
