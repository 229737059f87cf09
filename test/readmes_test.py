#!/usr/bin/env python3
"""Every domain folder has a README of at most 40 lines that names its invariant."""

import pathlib
import sys
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "src"
LONGEST = 40


class Readmes(unittest.TestCase):
    def test_every_folder_says_what_it_is_for(self):
        folders = sorted(p for p in SOURCE.iterdir() if p.is_dir() and list(p.glob("*.c")))
        self.assertGreater(len(folders), 5, "the folders were not found")
        wrong = []
        for folder in folders:
            readme = folder / "README.md"
            if not readme.is_file():
                wrong.append(f"src/{folder.name} has no README.md")
                continue
            text = readme.read_text()
            if len(text.splitlines()) > LONGEST:
                wrong.append(f"src/{folder.name}/README.md has {len(text.splitlines())} lines; {LONGEST} are enough")
            if "nvariant" not in text:
                wrong.append(f"src/{folder.name}/README.md does not name its invariant")
        self.assertFalse(wrong, "\n" + "\n".join(wrong))


if __name__ == "__main__":
    sys.exit(unittest.main())
