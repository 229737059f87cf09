#!/usr/bin/env python3
"""Bad input: a message with what is wrong and where, exit 2, and nothing half-written."""

import os
import pathlib
import pty
import resource
import select
import socket
import subprocess
import sys
import unittest

from whole import DONE, INTERNAL, TANDEM, USAGE, WholeTest

PAIRS = (
    '{ "firstConnector": [ { "id": 47, "connectorKey": "CON-4-SAM2", "localIssueKey": "SAM2-1", '
    '"remoteIssueKey": "SP2-1", "firstSyncDate": 1604663032918, "comments": [ { "localId": "10019" } ], '
    '"x": 1.50e+3 } ],\n  "secondConnector": [ { "id": 12, "localIssueKey": "SP2-1", "remoteIssueKey": "SAM2-1" } ] }\n'
)


class Input(WholeTest):
    def file(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    def left_over(self):
        return sorted(os.listdir(self.folder))

    def test_a_damaged_pair_file_is_named_with_its_byte(self):
        damaged = {
            "nothing": "",
            "no JSON": "<html>",
            "not an object": "[]",
            "wrong shape": '{"firstConnector": 7}',
            "the same key twice": '{"firstConnector": [], "firstConnector": []}',
            "not UTF-8": b'{"firstConnector": [{"localIssueKey": "SA-\xff"}]}',
        }
        for what, text in damaged.items():
            for command in (["swap", "bad.json", "--first", "SP2"], ["split", "bad.json"]):
                with self.subTest(what=what, command=command[0]):
                    self.file("bad.json", text)
                    self.refused(*command, saying="bad.json")
                    self.assertEqual(self.left_over(), ["bad.json"])

    def test_a_pair_file_cut_anywhere_leaves_nothing_behind(self):
        whole = PAIRS.encode().rstrip()
        for length in range(0, len(whole), 7):
            self.file("cut.json", whole[:length])
            self.refused("swap", "cut.json", "--first", "SP2", saying="cut.json")
            self.assertEqual(self.left_over(), ["cut.json"])

    def test_what_is_not_edited_keeps_its_bytes(self):
        self.file("pairs.json", PAIRS)
        self.done("swap", "pairs.json", "--first", "SP2", "-o", "there.json")
        there = (self.folder / "there.json").read_text()
        expected = PAIRS.replace("firstConnector", "?").replace("secondConnector", "firstConnector")
        self.assertEqual(there, expected.replace("?", "secondConnector"))
        self.done("swap", "there.json", "--first", "SAM2", "-o", "back.json")
        self.assertEqual((self.folder / "back.json").read_text(), PAIRS)
        self.refused("swap", "back.json", "--first", "SAM2", saying="SAM2")

    def test_a_folder_or_nothing_is_no_file(self):
        (self.folder / "dir").mkdir()
        self.refused("swap", "dir", "--first", "SA", saying="dir")
        self.refused("split", "missing.json", saying="missing.json")
        self.refused("sync", "import", "dir", saying="dir")
        self.refused("--store", "dir", "sync", "list", saying="dir")

    def test_a_store_that_is_none_is_left_alone(self):
        self.file("tandem.db", "these are my notes, not a database\n" * 100)
        self.refused("sync", "list", saying="tandem.db")
        self.refused("site", "remove", "sa", saying="tandem.db")
        self.assertIn("my notes", (self.folder / "tandem.db").read_text())

    def test_secrets_are_not_taken_from_the_command_line(self):
        self.refused("site", "add", "sa", "--url", "https://x", "--user", "a", "--secret", "s3cret")
        self.refused("site", "add", "sa", "--url", "https://x", "--user", "a", "--password", "s3cret")

    def test_a_secret_is_asked_for_without_echo(self):
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            words = [TANDEM, "site", "add", "sa", "--url", "https://sa.example.com", "--user", "admin"]
            os.execve(TANDEM, words, self.environment)
        seen = b""
        while b"password or API token for https://sa.example.com: " not in seen:
            self.assertTrue(select.select([terminal], [], [], 30)[0], seen)
            seen += os.read(terminal, 1000)
        os.write(terminal, b"open sesame\n")
        try:
            while select.select([terminal], [], [], 30)[0] and (more := os.read(terminal, 1000)):
                seen += more
        except OSError:
            pass  # the program has ended, and its side of the terminal with it
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), DONE, seen)
        self.assertNotIn(b"sesame", seen)
        self.assertTrue(self.done("--json", "site", "list").json[0]["hasSecret"])

    def test_a_password_of_translate_leaves_the_command_line(self):
        """The published script's --p1 is read by others through /proc; what stands there is gone once it was taken."""
        with socket.create_server(("127.0.0.1", 0)) as quiet:
            self.file("pairs.json", PAIRS)
            url = f"http://127.0.0.1:{quiet.getsockname()[1]}"
            words = [TANDEM, "translate", "-f", "pairs.json", "--bu1", url, "--u1", "a", "--p1", "open-sesame",
                     "--bu2", url + "/2", "--u2", "a", "--p2", "second-sesame"]
            process = subprocess.Popen(words, cwd=self.folder, stderr=subprocess.DEVNULL)
            quiet.settimeout(30)
            quiet.accept()[0].close()  # it has begun to ask
            shown = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes()
            process.kill()
            process.wait()
        self.assertIn(b"--p1", shown)
        self.assertNotIn(b"sesame", shown)

    def test_text_is_converted_and_what_is_no_text_refused(self):
        self.assertIn("strong", self.done("text", "convert", "--from", "wiki", "--to", "adf", stdin="*bold*").out)
        adf = self.done("text", "convert", "--from", "wiki", "--to", "adf", stdin="h1. Title\n\n* one\n* two").out
        wiki = self.done("text", "convert", "--from", "adf", "--to", "wiki", stdin=adf).out
        self.assertEqual(wiki.split(), "h1. Title * one * two".split())
        answer = self.tandem("text", "convert", "--from", "adf", "--to", "wiki", stdin="{")
        self.assertEqual(answer.code, USAGE)
        self.assertIn("byte", answer.err)

    def test_an_output_never_replaces_a_device(self):
        self.file("pairs.json", PAIRS)
        os.mkfifo(self.folder / "pipe")
        self.refused("swap", "pairs.json", "--first", "SP2", "-o", "pipe", saying="pipe")
        self.assertEqual(self.left_over(), ["pairs.json", "pipe"])

    def test_a_limit_on_files_is_a_full_disk(self):
        self.file("pairs.json", PAIRS)
        (self.folder / "secret").write_text("s3cret\n")
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))  # noqa: E731
        for words in (["swap", "pairs.json", "--first", "SP2", "-o", "out.json"],
                      ["site", "add", "sa", "--url", "https://sa.example.com", "--user", "a", "--secret-file", "secret"]):
            process = subprocess.run([TANDEM, *words], cwd=self.folder, env=self.environment, preexec_fn=limit,
                                     capture_output=True, text=True, timeout=60)
            self.assertEqual(process.returncode, INTERNAL, process.stderr)
            self.assertTrue(process.stderr.startswith("tandem: "), process.stderr)
        self.assertFalse((self.folder / "out.json").exists())

    def test_a_full_disk_is_not_success(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("there is no /dev/full here")
        with open("/dev/full", "w") as full:
            process = subprocess.run([TANDEM, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(process.returncode, INTERNAL)
        self.assertIn("could not be written", process.stderr)
        self.assertEqual(self.tandem("--help").code, DONE)


if __name__ == "__main__":
    sys.exit(unittest.main())
