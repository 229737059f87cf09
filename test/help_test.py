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

    def test_no_document_names_a_command_or_option_that_is_not_there(self):
        commands = self.commands()
        helps = {name: self.done(*name.split(), "--help").out for name in commands}
        wrong = []
        for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "src").rglob("README.md"))]:
            if not path.is_file():
                continue
            text = path.read_text()
            lines = re.findall(r"`(tandem [^`]*)`", text) + re.findall(r"^(?: {4,}|\$ )(tandem .*)$", text, re.MULTILINE)
            for line in lines:
                words = re.sub(r"^tandem (?:--store \S+ |--json )*", "", line).replace("\\|", " ").split()
                name = next((n for n in (" ".join(words[:2]), words[0] if words else "") if n in helps), None)
                if name is None:
                    if words and re.fullmatch("[a-z]+", words[0]) and not any(c.startswith(words[0] + " ") for c in commands):
                        wrong.append(f"{path.relative_to(ROOT)}: {line}: there is no such command")
                    continue
                for option in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", " ".join(words)):
                    if not re.search(rf"(?m)(^|[ ,]){option}([ ,=]|$)", helps[name]):
                        wrong.append(f"{path.relative_to(ROOT)}: {line}: {name} has no {option}")
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def test_no_command_at_all_is_wrong_use(self):
        self.assertEqual(self.tandem().code, USAGE)
        self.assertEqual(self.tandem("help").code, DONE)


if __name__ == "__main__":
    sys.exit(unittest.main())
