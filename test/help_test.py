#!/usr/bin/env python3
"""Every command explains itself, wrong use exits 2, and docs/cli.md knows every command."""

import re
import sys
import unittest

from whole import DONE, ROOT, USAGE, WholeTest


class Help(WholeTest):
    def commands(self):
        """The commands that `tandem --help` lists."""
        lines = self.done("--help").out.split("\nfor every command:")[0].splitlines()
        names = [re.match(r"  ([a-z]+(?: [a-z]+)?)  +\S", line) for line in lines]
        return [match.group(1) for match in names if match]

    def test_every_help_exits_0_and_fits_100_columns(self):
        commands = self.commands()
        for expected in ("site add", "sync create", "run", "migrate", "sandbox", "pairs export", "verify"):
            self.assertIn(expected, commands)
        groups = {name.split()[0] for name in commands if " " in name}
        for words in [["--help"], ["--version"]] + [[*name.split(), "--help"] for name in commands] + [
            [group, "--help"] for group in groups
        ]:
            with self.subTest(words=words):
                answer = self.done(*words)
                self.assertEqual(answer.err, "")
                self.assertTrue(answer.out.strip())
                for line in answer.out.splitlines():
                    self.assertLessEqual(len(line), 100, line)
                    self.assertEqual(line, line.rstrip())

    def test_every_command_refuses_an_unknown_option(self):
        for name in self.commands():
            with self.subTest(name=name):
                self.refused(*name.split(), "--no-such-option", saying="there is no option --no-such-option")

    def test_the_manual_knows_every_command_and_every_exit_code(self):
        manual = (ROOT / "docs/cli.md").read_text()
        for name in self.commands():
            self.assertIn(f"`tandem {name}", manual)
        for code in range(6):
            self.assertRegex(manual, rf"\| {code} \|")

    def test_no_command_at_all_is_wrong_use(self):
        self.assertEqual(self.tandem().code, USAGE)
        self.assertEqual(self.tandem("help").code, DONE)


if __name__ == "__main__":
    sys.exit(unittest.main())
