"""What the tests of the whole program share: the binary, sandboxes on loopback ports, and a plain REST client."""

import base64
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
TANDEM = os.environ.get("TANDEM", str(ROOT / "build/dev/tandem"))
DONE, FINDINGS, USAGE, SITE, LOCKED, INTERNAL = range(6)


class Answer:
    """What one run of the program gave."""

    def __init__(self, process):
        self.code, self.out, self.err = process.returncode, process.stdout, process.stderr

    @property
    def json(self):
        return json.loads(self.out)


class Sandbox:
    """A running `tandem sandbox`; its address and account come from the line it prints when ready."""

    def __init__(self, folder, name, dialect, *more, port=0):
        command = [TANDEM, "--json", "sandbox", "--dialect", dialect, "--listen", f"127.0.0.1:{port}"]
        command += ["--data", str(folder / f"{name}.sandbox"), *more]
        self.errors = open(folder / f"{name}.log", "w+")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        line = self.process.stdout.readline()
        if not line:
            self.stop()
            raise AssertionError(f"the sandbox {name} did not start: {(folder / f'{name}.log').read_text()}")
        ready = json.loads(line)
        self.name, self.url, self.user, self.secret = name, ready["url"], ready["user"], ready["secret"]

    def call(self, method, path, body=None):
        """One request as the administrator: (status, document)."""
        request = urllib.request.Request(self.url + path, method=method)
        token = base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                text = reply.read()
                return reply.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            text = error.read()
            return error.code, json.loads(text) if text.startswith(b"{") else text

    def must(self, method, path, body=None):
        status, document = self.call(method, path, body)
        if status >= 300:
            raise AssertionError(f"{self.name}: {method} {path} answered {status}: {document}")
        return document

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.errors.close()
        return code


class WholeTest(unittest.TestCase):
    """A folder of its own for each test, with a store in it; sandboxes end with the test."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tandem-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.store = self.folder / "tandem.db"
        self.environment = dict(os.environ, TANDEM_STORE=str(self.store), HOME=str(self.folder))

    def sandbox(self, name, dialect, *more, port=0):
        sandbox = Sandbox(self.folder, name, dialect, *more, port=port)
        self.addCleanup(sandbox.stop)
        return sandbox

    def tandem(self, *words, stdin=None):
        process = subprocess.run(
            [TANDEM, *map(str, words)],
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            cwd=self.folder,
            env=self.environment,
        )
        return Answer(process)

    def done(self, *words, code=DONE, stdin=None):
        """Runs and expects this exit code."""
        answer = self.tandem(*words, stdin=stdin)
        self.assertEqual(answer.code, code, f"tandem {' '.join(map(str, words))}\n{answer.out}\n{answer.err}")
        return answer

    def refused(self, *words, saying=""):
        """Wrong use or bad input: exit 2, one line of error, nothing on the standard output."""
        answer = self.done(*words, code=USAGE)
        self.assertEqual(answer.out, "")
        self.assertTrue(answer.err.startswith("tandem: "), answer.err)
        self.assertEqual(answer.err.count("\n"), 1, answer.err)
        self.assertIn(saying, answer.err)
        return answer

    def add_site(self, sandbox):
        secret = self.folder / "secret"
        secret.write_text(sandbox.secret + "\n")
        self.done("site", "add", sandbox.name, "--url", sandbox.url, "--user", sandbox.user, "--secret-file", secret)
        secret.unlink()


class SyncTest(WholeTest):
    """Two sandboxes and a synchronization INT-1 between SA and SB."""

    def two_projects(self, second="dc10", issues=0):
        self.sa = self.sandbox("sa", "dc8", "--demo-data", f"SA:{issues}")
        self.sb = self.sandbox("sb", second, "--demo-data", "SB:0")
        self.add_site(self.sa)
        self.add_site(self.sb)
        created = self.done("--json", "sync", "create", "--first", "sa:SA", "--second", "sb:SB").json
        self.assertEqual(created["key"], "INT-1")
        self.assertEqual([f for f in created["findings"] if f["level"] == "error"], [])

    def new_issue(self, sandbox, project, summary, **fields):
        fields = {"project": {"key": project}, "issuetype": {"name": "Task"}, "summary": summary, **fields}
        return sandbox.must("POST", "/rest/api/2/issue", {"fields": fields})["key"]

    def partner(self, key, side="first"):
        other = "second" if side == "first" else "first"
        for pair in self.done("--json", "pairs", "list", "INT-1").json:
            if pair.get(side + "Key") == key:
                return pair.get(other + "Key")
        return None

    def run_until_quiet(self):
        """Passes until one writes nothing more; at most ten."""
        for _ in range(10):
            [counts] = self.done("--json", "run").json
            wrote = sum(sum(v.values()) for v in counts.values() if isinstance(v, dict))
            if not wrote and not counts["waiting"]:
                return counts
        self.fail(f"no end after ten passes: {counts}")
