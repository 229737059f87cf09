"""What the tests by other people's clients share: a sandbox per class, and its answers checked when the class is done."""

import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from whole import ROOT, Sandbox  # noqa: E402

import shutil  # noqa: E402
import tempfile  # noqa: E402

SHARED = pathlib.Path(os.environ.get("TANDEM_SHARED", ROOT.parent / "shared")) / "data/specs"


class Peer(unittest.TestCase):
    """`dialect` is set by the class of a dialect; a class without one is only what they share."""

    dialect = None
    people = (("zoe", "Zoe Archer"), ("yan", "Yan Baker"))

    @classmethod
    def setUpClass(cls):
        if not cls.dialect:
            raise unittest.SkipTest("shared by the dialects")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="tandem-peer-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.traces = cls.folder / "traces"
        cls.traces.mkdir()
        cls.sandbox = Sandbox(cls.folder, "site", cls.dialect, "--demo-data", "SA:3", "--trace",
                              str(cls.traces / "peer.jsonl"))
        cls.addClassCleanup(cls.sandbox.stop)
        for name, shown in cls.people:
            status, _ = cls.admin("POST", "/sandbox/users", {
                "name": name, "email": f"{name}@example.com", "displayName": shown, "password": name})
            assert status == 201, status

    @classmethod
    def admin(cls, method, path, body=None):
        return cls.sandbox.call(method, path, body)

    @classmethod
    def tearDownClass(cls):
        """What the client was told fits the API documents, where they and a reader of schemas are at hand."""
        if not SHARED.is_dir():
            return
        check = subprocess.run([ROOT / "test/python", ROOT / "test/fidelity/spec_test.py", cls.traces, "--part"],
                               capture_output=True, text=True, env=dict(os.environ, TANDEM_PYTHON_MODULES="jsonschema"))
        if check.returncode not in (0, 77):
            raise AssertionError(f"{cls.__name__}: answers that do not fit the documents\n{check.stdout}{check.stderr}")
        print(f"{cls.__name__}: {check.stdout.strip().splitlines()[-1]}")
