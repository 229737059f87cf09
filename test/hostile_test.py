#!/usr/bin/env python3
"""What a sandbox makes of hostile clients: an answer in the right shape or a closed door, little memory, and it goes on."""

import base64
import json
import socket
import time
import unittest

from whole import WholeTest

TOKEN = base64.b64encode(b"admin:admin").decode()
HEAD = f"Host: x\r\nConnection: close\r\nAuthorization: Basic {TOKEN}\r\n".encode()
MEMORY_MB = 700  # of a build with sanitizers; without them it is a tenth


def peak_mb(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


class Hostile(WholeTest):
    def setUp(self):
        super().setUp()
        self.site = self.sandbox("sa", "dc10", "--demo-data", "SA:3")
        host, port = self.site.url.split("//")[1].split(":")
        self.address = (host, int(port))

    def tearDown(self):
        """Whatever happened, the next client is served, and memory stayed small."""
        self.assertEqual(self.site.call("GET", "/rest/api/2/issue/SA-1")[0], 200)
        self.assertLess(peak_mb(self.site.process), MEMORY_MB)

    def raw(self, data, seconds=20):
        """Status (0: the door was closed), and the body."""
        with socket.create_connection(self.address, timeout=seconds) as s:
            try:
                s.sendall(data)
                s.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it has heard enough
            answer = b""
            try:
                while more := s.recv(65536):
                    answer += more
            except OSError:
                pass
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]) if head.startswith(b"HTTP/") else 0, body

    def post(self, body, path=b"/rest/api/2/search"):
        return self.raw(b"POST " + path + b" HTTP/1.1\r\n" + HEAD + b"Content-Type: application/json\r\nContent-Length: " +
                        str(len(body)).encode() + b"\r\n\r\n" + body)

    def test_what_is_no_request_gets_a_page_or_nothing(self):
        for what, data in {
            "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
            "no version": b"GET /\r\n\r\n",
            "another version": b"GET /status HTTP/9.9\r\n" + HEAD + b"\r\n",
            "no host": b"GET /status HTTP/1.1\r\n\r\n",
            "a negative length": b"POST /rest/api/2/search HTTP/1.1\r\n" + HEAD + b"Content-Length: -5\r\n\r\n",
            "two lengths": b"POST /rest/api/2/search HTTP/1.1\r\n" + HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            "5,000 headers": b"GET /status HTTP/1.1\r\n" + HEAD + b"".join(b"X-%d: y\r\n" % i for i in range(5000)) + b"\r\n",
            "a megabyte of target": b"GET /rest/api/2/search?jql=" + b"x" * (1 << 20) + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
            "nine kilobytes of target": b"GET /rest/api/2/search?jql=" + b"x" * 9000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
            "a zero in the path": b"GET /rest/api/2/issue/SA-1%00.png HTTP/1.1\r\n" + HEAD + b"\r\n",
            "slashes in the path": b"GET /rest/api/2/issue/..%2F..%2Fetc HTTP/1.1\r\n" + HEAD + b"\r\n",
        }.items():
            with self.subTest(what=what):
                status, body = self.raw(data)
                self.assertIn(status, (0, 400, 413, 414, 431, 505))
                if status and body:
                    self.assertIn(b"<html", body)

    def test_hostile_json_and_jql_are_answered_in_jiras_shape(self):
        jql = lambda text: json.dumps({"jql": text}).encode()  # noqa: E731
        for what, body in {
            "10,000 parentheses": jql("(" * 10000 + "key = SA-1" + ")" * 10000),
            "a megabyte of JQL": jql("summary ~ '" + "word " * 200000 + "'"),
            "a hundred thousand brackets": b"[" * 100000,
            "no UTF-8": b'{"jql":"\xff\xfe"}',
            "half a surrogate": b'{"jql":"\\ud800"}',
            "another type": b'{"jql":{"a":[]}}',
            "cut": b'{"jql":"key = SA-1"',
        }.items():
            with self.subTest(what=what):
                start = time.monotonic()
                status, answer = self.post(body)
                self.assertEqual(status, 400, answer[:200])
                self.assertEqual(set(json.loads(answer)), {"errorMessages", "errors"})
                self.assertLess(time.monotonic() - start, 10)

    def test_a_body_beyond_all_measure_is_413_and_not_kept(self):
        status, body = self.raw(b"POST /rest/api/2/search HTTP/1.1\r\n" + HEAD +
                                b"Content-Type: application/json\r\nContent-Length: 9000000000\r\n\r\n{")
        self.assertIn(status, (0, 413))
        if body:
            self.assertIn(b"<html", body)

    def test_slow_clients_do_not_keep_others_waiting(self):
        slow = [socket.create_connection(self.address) for _ in range(40)]
        for s in slow:
            s.sendall(b"POST /rest/api/2/search HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        start = time.monotonic()
        for _ in range(5):
            self.assertEqual(self.site.call("GET", "/rest/api/2/issue/SA-1")[0], 200)
        self.assertLess(time.monotonic() - start, 5)
        for s in slow:
            s.close()


class Limited(WholeTest):
    def test_rate_limits_are_an_option_of_the_command(self):
        site = self.sandbox("sa", "dc10", "--rate-limits")
        seen = [site.call("GET", "/rest/api/2/myself")[0] for _ in range(120)]
        self.assertEqual(seen[:70], [200] * 70)
        self.assertIn(429, seen)
        self.assertEqual(site.call("GET", "/status")[0], 200)


if __name__ == "__main__":
    unittest.main()
