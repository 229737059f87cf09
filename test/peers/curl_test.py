"""curl drives the sandbox: forms, redirects, ranges, sessions, and what is said to who asks wrongly."""

import json
import os
import shutil
import subprocess
import sys
import unittest

from peer import Peer


class Curl(Peer):
    people = ()

    def curl(self, *words, account=True):
        """(status, headers, body) of the last answer."""
        out, head = self.folder / "out", self.folder / "head"
        command = ["curl", "--silent", "--show-error", "--max-time", "30", "-o", out, "-D", head, "-w", "%{http_code}"]
        if account:
            command += ["-u", f"{self.sandbox.user}:{self.sandbox.secret}"]
        run = subprocess.run([*command, *words], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        lines = head.read_bytes().decode().split("\r\n\r\n")[-2].splitlines()[1:]
        headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines)}
        return int(run.stdout), headers, out.read_bytes() if out.exists() else b""

    def url(self, path):
        return f"{self.sandbox.url}/rest/api/2/{path}"

    def upload(self):
        file = self.folder / "a file ä.bin"
        file.write_bytes(bytes(range(256)) * 300)
        status, _, body = self.curl("-H", "X-Atlassian-Token: no-check", "-F", f"file=@{file};type=application/x-tandem",
                                    "-F", f"file=@{__file__}", self.url("issue/SA-1/attachments"))
        self.assertEqual(status, 200, body)
        first, second = json.loads(body)
        self.assertEqual((first["filename"], first["size"], first["mimeType"]), (file.name, 76800, "application/x-tandem"))
        self.assertEqual(second["filename"], "curl_test.py")
        return first, file.read_bytes()

    def test_a_form_without_the_token_is_refused(self):
        status, _, body = self.curl("-F", f"file=@{__file__}", self.url("issue/SA-1/attachments"))
        self.assertEqual((status, body), (403, b"XSRF check failed"))

    def test_a_file_that_went_up_comes_down(self):
        made, content = self.upload()
        status, _, body = self.curl("--location", made["content"])
        self.assertEqual((status, body), (200, content))

    def test_a_request_looks_like_a_browsers(self):
        post = ["-X", "POST", "-H", "Content-Type: application/json", "-A", "Mozilla/5.0", "-d", '{"body":"from a page"}',
                self.url("issue/SA-1/comment")]
        self.assertEqual(self.curl(*post)[0], 403)
        self.assertEqual(self.curl("-H", f"Origin: {self.sandbox.url}", *post)[0], 201)

    def test_what_is_no_json_is_refused(self):
        post = ["-X", "POST", self.url("issue/SA-1/comment")]
        self.assertEqual(self.curl("-H", "Content-Type: text/plain", "-d", "x", *post)[0], 415)
        self.assertEqual(self.curl("-H", "Content-Type: application/json", "-d", "{", *post)[0], 400)

    def test_a_long_body_waits_until_it_is_welcome(self):
        body = self.folder / "long.json"
        body.write_text(json.dumps({"body": "x" * 30000}))
        status, _, _ = self.curl("-H", "Content-Type: application/json", "-H", "Expect: 100-continue", "--data-binary",
                                 f"@{body}", self.url("issue/SA-1/comment"))
        self.assertEqual(status, 201)

    def test_who_asks_without_an_account_is_told_so(self):
        status, headers, body = self.curl(self.url("myself"), account=False)
        self.assertEqual((status, json.loads(body)["status-code"]), (401, 401))


class DataCenter(Curl):
    dialect = "dc10"

    def test_a_session_lives_in_a_jar(self):
        jar = self.folder / "jar"
        status, _, body = self.curl("-c", jar, "-H", "Content-Type: application/json", "-d",
                                    '{"username":"admin","password":"admin"}', f"{self.sandbox.url}/rest/auth/1/session",
                                    account=False)
        self.assertEqual((status, json.loads(body)["session"]["name"]), (200, "JSESSIONID"))
        status, headers, body = self.curl("-b", jar, self.url("myself"), account=False)
        self.assertEqual((status, headers["x-ausername"]), (200, "admin"))
        self.assertEqual(self.curl("-b", jar, "-X", "DELETE", f"{self.sandbox.url}/rest/auth/1/session", account=False)[0], 204)
        self.assertEqual(self.curl("-b", jar, self.url("myself"), account=False)[0], 401)

    def test_an_unknown_route_is_told_in_xml_unless_json_is_asked_for(self):
        self.assertIn(b"<status-code>404</status-code>", self.curl(self.url("nothing"))[2])
        self.assertEqual(json.loads(self.curl("-H", "Accept: application/json", self.url("nothing"))[2])["status-code"], 404)


class Cloud(Curl):
    dialect = "cloud"

    def test_a_file_is_elsewhere_and_its_address_speaks_for_itself(self):
        made, content = self.upload()
        status, headers, _ = self.curl(made["content"])
        self.assertIn(status, (302, 303))
        self.assertEqual(self.curl(headers["location"], account=False)[::2], (200, content))
        status, headers, part = self.curl("-r", "100-199", f"{made['content']}?redirect=false")
        self.assertEqual((status, part), (206, content[100:200]))


if __name__ == "__main__":
    if not shutil.which("curl"):
        print("SKIPPED: there is no curl here; packaging/install-dependencies.sh test brings it")
        sys.exit(77)
    unittest.main()
