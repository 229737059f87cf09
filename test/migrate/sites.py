"""Two small Jiras in Python, for tests and benchmarks of translate: written from Atlassian's documents, apart from both
src/jira and src/sandbox, so that a misunderstanding of ours does not stand on both sides of a test.

    data = make_issues("SA", 1000)
    with Site(data, kind="datacenter") as old, Site(moved(data), kind="cloud") as new: … old.url … old.requests

Only what reading comments needs: myself, search, search/jql, issue/bulkfetch, issue/{key}, issue/{key}/comment.
"""
import base64
import datetime
import http.server
import json
import re
import threading
import time
import urllib.parse

START = 1604663032918


def make_issues(project, count):
    """{key: [{"id", "created" (ms), "body"}]}: up to three comments each; now and then two share their instant."""
    issues, comment_id = {}, 10000
    for number in range(1, count + 1):
        comments = []
        for place in range(number % 4):
            comment_id += 1
            shares = place == 2 and number % 3 == 0
            created = comments[-1]["created"] if shares else START + number * 61003 + place * 977
            comments.append({"id": comment_id, "created": created, "body": ["ok", "*done*", f"see {number}"][place]})
        issues[f"{project}-{number}"] = comments
    return issues


def moved(issues):
    """The same issues on another site: every comment id is new, in an order that tells nothing."""
    return {key: [{**c, "id": 900000 - c["id"] * 7 % 800000} for c in comments] for key, comments in issues.items()}


def pair_file(issues, partner="SB"):
    def record(number, local, remote, comments):
        return {"id": number, "connectorKey": f"CON-4-{local.split('-')[0]}", "localIssueKey": local,
                "remoteIssueKey": remote, "firstSyncDate": START + number, "comments": comments}
    first, second = [], []
    for number, (key, comments) in enumerate(issues.items(), 1):
        other = f"{partner}-{number}"
        first.append(record(number, key, other, [{"localId": str(c["id"])} for c in comments]))
        second.append(record(number, other, key, [{"localId": str(50000 + c["id"])} for c in comments]))
    return {"firstConnector": first, "secondConnector": second}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer(*self.site.get(self.path))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(*self.site.post(self.path, json.loads(body)))

    def answer(self, status, value):
        site = self.site
        site.requests += 1
        time.sleep(site.latency)
        wanted = "Basic " + base64.b64encode(f"{site.user}:{site.password}".encode()).decode()
        if self.headers.get("Authorization") != wanted:
            status, value = 401, {"message": "Client must be authenticated to access this resource.", "status-code": 401}
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Site:
    """A site with these issues. It counts its requests. `embedded`: comments inside an issue at most (None: all)."""

    def __init__(self, issues, kind="datacenter", embedded=None, latency=0.0):
        self.issues, self.is_cloud, self.embedded, self.latency = issues, kind == "cloud", embedded, latency
        self.user, self.password = ("mover@example.com", "token") if self.is_cloud else ("mover", "secret")
        self.requests = 0
        handler = type("BoundHandler", (Handler,), {"site": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/jira"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def login(self, number):
        return [f"--bu{number}", self.url, f"--u{number}", self.user, f"--p{number}", self.password]

    def comment(self, c):
        zone = datetime.timezone(datetime.timedelta(minutes=-300 if self.is_cloud else 330))
        at = datetime.datetime.fromtimestamp(c["created"] / 1000, zone)
        created = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{c['created'] % 1000:03d}" + at.strftime("%z")
        return {"id": str(c["id"]), "created": created, "updated": created, "body": c["body"]}

    def comments(self, key, start, size):
        found = self.issues[key]
        return {"startAt": start, "maxResults": size, "total": len(found),
                "comments": [self.comment(c) for c in found[start:start + size]]}

    def issue(self, key, number):
        return {"id": str(number), "key": key,
                "fields": {"comment": self.comments(key, 0, self.embedded or max(1, len(self.issues[key])))}}

    def known(self, keys):
        known = [key for key in self.issues if key in set(keys)]
        return [self.issue(key, 20000 + place) for place, key in enumerate(known)]

    def get(self, path):
        parts = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(parts.query))
        if parts.path == "/jira/rest/api/2/myself":
            return 200, {"accountId": "5b10a2844c20165700ede21g"} if self.is_cloud else {"key": "JIRAUSER10100", "name": "mover"}
        match = re.fullmatch(r"/jira/rest/api/2/issue/([^/]+)(/comment)?", parts.path)
        key = match and urllib.parse.unquote(match[1])
        if key not in self.issues:
            return 404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."], "errors": {}}
        if match[2]:
            return 200, self.comments(key, int(query.get("startAt", 0)), int(query.get("maxResults", 50)))
        return 200, self.issue(key, 20000)

    def post(self, path, body):
        if path == "/jira/rest/api/2/search" and not self.is_cloud:
            issues = self.known(re.findall(r"[A-Z][A-Z0-9_]*-\d+", body["jql"]))
            start, size = body.get("startAt", 0), min(body.get("maxResults", 50), 1000)
            return 200, {"expand": None, "startAt": start, "maxResults": size, "total": len(issues),
                         "issues": issues[start:start + size]}
        if path == "/jira/rest/api/2/issue/bulkfetch" and self.is_cloud:
            keys = body["issueIdsOrKeys"]
            if len(keys) > 100:
                return 400, {"errorMessages": ["The maximum number of issues is 100."], "errors": {}}
            errors = [{"id": key, "errorMessage": "Issue does not exist."} for key in keys if key not in self.issues]
            return 200, {"expand": "schema,names", "issues": self.known(keys), "issueErrors": errors}
        if path == "/jira/rest/api/2/search" and self.is_cloud:
            return 410, {"errorMessages": ["The requested API has been removed."], "errors": {}}
        return 404, {"message": "null for uri: " + path, "status-code": 404}
