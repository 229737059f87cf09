"""Clients in JavaScript drive the sandbox: jira.js and jira-client, as the committed lock file has them."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

from peer import Peer

HERE = pathlib.Path(__file__).resolve().parent
MODULES = pathlib.Path(os.environ["TANDEM_PEERS"])


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(77)


def install():
    """npm ci, once for each lock file; without a registry there is nothing to test with."""
    for command in ("node", "npm"):
        if not shutil.which(command):
            skip(f"there is no {command} here; packaging/install-dependencies.sh test brings it")
    lock, done = HERE / "package-lock.json", MODULES / "installed"
    want = hashlib.sha256(lock.read_bytes()).hexdigest()
    if done.exists() and done.read_text() == want:
        return
    MODULES.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, MODULES / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=30000"]
    try:
        npm = subprocess.run(command, cwd=MODULES, capture_output=True, text=True, timeout=180)
    except subprocess.TimeoutExpired:
        skip("the registry of npm does not answer")
    if npm.returncode:
        if any(word in npm.stderr for word in ("EINTEGRITY", "lock file")):
            raise SystemExit(npm.stderr)
        skip(f"npm could not fetch the clients: {(npm.stderr.strip().splitlines() or ['no words'])[-1]}")
    done.write_text(want)


class Node(Peer):
    def drive(self, script):
        site = {"url": self.sandbox.url, "user": self.sandbox.user, "secret": self.sandbox.secret, "dialect": self.dialect}
        node = subprocess.run(["node", HERE / script], capture_output=True, text=True, timeout=120,
                              env=dict(os.environ, NODE_PATH=str(MODULES / "node_modules"), PEER_SITE=json.dumps(site)))
        self.assertEqual(node.returncode, 0, node.stdout + node.stderr)

    def test_jira_js(self):
        self.drive("jira_js.js")

    def test_jira_client(self):
        self.drive("jira_client.js")


class Dc8(Node):
    dialect = "dc8"


class Dc10(Node):
    dialect = "dc10"


class Dc11(Node):
    dialect = "dc11"

    @classmethod
    def setUpClass(cls):
        cls.people = ()  # the clients need none, and Basic makes none here
        super().setUpClass()


class Cloud(Node):
    dialect = "cloud"


if __name__ == "__main__":
    install()
    unittest.main()
