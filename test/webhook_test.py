#!/usr/bin/env python3
"""A sandbox tells a listener what happens: signed, again after a failure, and without waiting for it."""

import hashlib
import hmac
import http.server
import json
import queue
import threading
import unittest

from whole import Sandbox, WholeTest

SECRET = "hush"


class Listener:
    """Keeps what it hears; answers with the statuses it is given, then 200; may ask the sandbox back before it does."""

    def __init__(self, statuses=(), ask_back=None):
        heard, left = queue.Queue(), list(statuses)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if ask_back:
                    ask_back(json.loads(body))
                heard.put((self.path, dict(self.headers), body))
                self.send_response(left.pop(0) if left else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.heard = heard
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self):
        return self.heard.get(timeout=20)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Webhooks(WholeTest):
    def site(self, dialect, listener, **more):
        sandbox = Sandbox(self.folder, "site", dialect, "--demo-data", "SA:0")
        self.addCleanup(sandbox.stop)
        self.addCleanup(listener.stop)
        path = "/rest/jira-webhook/1.0/webhooks" if dialect == "dc10" else "/rest/webhooks/1.0/webhook"
        events = ["jira:issue_created", "jira:issue_updated", "comment_created"]
        sandbox.must("POST", path, {"name": "Partner", "url": listener.url, "events": events, "secret": SECRET, **more})
        return sandbox

    def create(self, sandbox, summary):
        fields = {"project": {"key": "SA"}, "issuetype": {"name": "Task"}, "summary": summary}
        return sandbox.must("POST", "/rest/api/2/issue", {"fields": fields})["key"]

    def test_what_happens_is_told_and_signed(self):
        for dialect in ("dc8", "dc10", "cloud"):
            with self.subTest(dialect=dialect):
                listener = Listener()
                sandbox = self.site(dialect, listener)
                key = self.create(sandbox, "Leak")
                path, headers, body = listener.next()
                self.assertTrue(path.startswith("/hook"), path)
                digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
                self.assertEqual(headers["X-Hub-Signature"], f"sha256={digest}")
                self.assertEqual(json.loads(body)["issue"]["key"], key)
                sandbox.must("POST", f"/rest/api/2/issue/{key}/comment", {"body": "Drip"})
                heard = {json.loads(listener.next()[2])["webhookEvent"]}
                if dialect != "cloud":
                    heard.add(json.loads(listener.next()[2])["webhookEvent"])
                self.assertIn("comment_created", heard)
                sandbox.stop()
                (self.folder / "site.sandbox").unlink()

    def test_a_delivery_that_failed_comes_again(self):
        listener = Listener(statuses=[503, 500])
        sandbox = self.site("cloud", listener)
        sandbox.must("POST", "/sandbox/settings", {"webhook_retry_ms": 100})
        self.create(sandbox, "Leak")
        tries = [listener.next() for _ in range(3)]
        self.assertEqual(len({headers["X-Atlassian-Webhook-Identifier"] for _, headers, _ in tries}), 1)
        self.assertEqual([headers.get("X-Atlassian-Webhook-Retry") for _, headers, _ in tries], [None, "1", "2"])
        self.assertEqual(len({body for _, _, body in tries}), 1)

    def test_a_listener_may_ask_the_site_back(self):
        asked = []

        def ask_back(body):
            asked.append(sandbox.must("GET", f"/rest/api/2/issue/{body['issue']['key']}")["fields"]["summary"])

        listener = Listener(ask_back=ask_back)
        sandbox = self.site("dc10", listener)
        self.create(sandbox, "Leak")
        listener.next()
        self.assertEqual(asked, ["Leak"])

    def test_nobody_at_home_holds_up_nobody(self):
        listener = Listener()
        sandbox = self.site("dc8", listener)
        listener.server.server_close()
        for i in range(20):
            self.create(sandbox, f"Leak {i}")
        self.assertEqual(sandbox.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
