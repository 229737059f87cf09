"""Sites that keep to Jira's documents and yet are stranger than those of sites.py; for tests of translate.

They answer only what they must, with ids as numbers where documents do not promise strings, small pages, comments in any
order, embedded comments cut at 20, times without milliseconds, keys that have moved and issues that are not there. A
request that the documents do not allow is refused and remembered: `site.wrong`."""

import datetime
import re
import urllib.parse

import sites

EMBEDDED = 20  # Data Center and Cloud both cut the comments inside an issue some day


class StrangeSite(sites.Site):
    """`page`: issues in one answer at most; `zone`: minutes; `coarse`: times have seconds only (comments[].created ends in
    .000, as of a database that keeps no more); `moved_keys`: {old key: present key}."""

    def __init__(self, issues, kind="datacenter", page=100, zone=0, coarse=False, moved_keys=None):
        super().__init__(issues, kind, embedded=EMBEDDED)
        self.page, self.zone, self.coarse, self.moved_keys = page, zone, coarse, moved_keys or {}
        self.wrong, self.follow_ups = [], 0

    def comment(self, c):
        at = datetime.datetime.fromtimestamp(c["created"] // 1000, datetime.timezone(datetime.timedelta(minutes=self.zone)))
        ms = 0 if self.coarse else c["created"] % 1000
        return {"id": c["id"] if c["id"] % 2 else str(c["id"]), "body": c["body"],
                "created": at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms:03d}" + at.strftime("%z")}

    def comments(self, key, start, size):
        found = self.issues[key]
        size = min(size, EMBEDDED)
        return {"startAt": start, "maxResults": size, "total": len(found),
                "comments": [self.comment(c) for c in found[start:start + size]]}

    def known(self, keys):
        """Under their present keys, in an order of the site's own."""
        wanted = {self.moved_keys.get(key, key) for key in keys}
        return [self.issue(key, 20000 + len(key) + place) for place, key in enumerate(reversed(self.issues)) if key in wanted]

    def refuse(self, what):
        self.wrong.append(what)
        return 400, {"errorMessages": [what], "errors": {}}

    def get(self, path):
        parts = urllib.parse.urlsplit(path)
        match = re.fullmatch(r"/jira/rest/api/[23]/issue/([^/]+)(/comment)?", parts.path)
        if match and match[2]:
            self.follow_ups += 1
        if match:
            key = urllib.parse.unquote(match[1])
            parts = parts._replace(path=parts.path.replace(match[1], self.moved_keys.get(key, key)))
        return super().get(urllib.parse.urlunsplit(parts))

    def post(self, path, body):
        if path == "/jira/rest/api/2/search" and not self.is_cloud:
            keys = re.findall(r"[A-Z][A-Z0-9_]*-\d+", body["jql"])
            gone = [key for key in keys if self.moved_keys.get(key, key) not in self.issues]
            if gone and body.get("validateQuery", "strict") in (True, "strict"):
                # Jira refuses a query that names an issue which is not there
                return 400, {"errorMessages": [f"An issue with key '{key}' does not exist for field 'key'." for key in gone],
                             "errors": {}}
            issues = self.known(keys)
            start, size = body.get("startAt", 0), min(body.get("maxResults", 50), self.page)
            return 200, {"startAt": start, "maxResults": size, "total": len(issues), "issues": issues[start:start + size]}
        if path == "/jira/rest/api/3/issue/bulkfetch" or path == "/jira/rest/api/2/issue/bulkfetch":
            if not self.is_cloud:
                return 404, {"message": "null for uri: " + path, "status-code": 404}
            keys = body["issueIdsOrKeys"]
            if not keys or len(keys) > 100 or len(set(keys)) != len(keys):
                return self.refuse("from 1 to 100 different issues")
            errors = [{"id": key, "errorMessage": "Issue does not exist or you do not have permission to see it."}
                      for key in keys if self.moved_keys.get(key, key) not in self.issues]
            return 200, {"issues": self.known(keys), "issueErrors": errors}
        return super().post(path, body)
