#!/usr/bin/env python3
"""What `tandem translate` is measured against: the same translation, done issue by issue.

A script that is given a pair file, two URLs and two logins, and that knows Jira's REST interface no further than "the
comments of an issue", has to ask each site for each issue. That is what this one does, as well as it can be done that
way: one connection per site, kept alive; issues without comments are not asked for; the comments of an issue come in
pages of 100. It loads the whole file, matches comments by the instant of their creation (and by their text where an
instant is shared), takes out what it cannot match, and writes <input>-converted.json. Same flags as the guide's script.

Not for use on real data: it has none of the checks. Python's standard library only.

usage: translate_baseline.py -f FILE --bu1 URL --u1 USER --p1 PASSWORD --bu2 URL --u2 USER --p2 TOKEN [-r] [--json]
"""
import argparse
import base64
import datetime
import http.client
import json
import resource
import sys
import time
import urllib.parse

PAGE = 100


class Site:
    def __init__(self, url, user, password):
        parts = urllib.parse.urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.connection = kind(parts.hostname, parts.port, timeout=120)
        self.base = parts.path.rstrip("/")
        login = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.headers = {"Authorization": "Basic " + login, "Accept": "application/json"}
        self.requests = 0

    def get(self, path):
        self.requests += 1
        self.connection.request("GET", self.base + path, headers=self.headers)
        response = self.connection.getresponse()
        body = response.read()
        if response.status == 404:
            return None
        if response.status != 200:
            raise SystemExit(f"GET {path}: {response.status} {body[:200]!r}")
        return json.loads(body)

    def comments(self, key):
        """All comments of an issue; None when there is no such issue."""
        found = []
        while True:
            page = self.get(f"/rest/api/2/issue/{urllib.parse.quote(key)}/comment?startAt={len(found)}&maxResults={PAGE}")
            if page is None:
                return None
            found += page["comments"]
            if not page["comments"] or len(found) >= page.get("total", 0):
                return found


def instant(comment):
    return datetime.datetime.strptime(comment["created"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


def only(comments, like, same_text):
    """The one comment of that instant (and text), or None."""
    hits = [c for c in comments if instant(c) == instant(like)]
    if len(hits) > 1 and same_text:
        hits = [c for c in hits if c.get("body") == like.get("body")]
    return hits[0] if len(hits) == 1 else None


def translate(record, old, new):
    """The record's comments with their new ids, and how many were lost."""
    kept, lost = [], 0
    wanted = record.get("comments") or []
    before = old.comments(record["localIssueKey"]) if wanted else []
    after = new.comments(record["localIssueKey"]) if wanted else []
    by_id = {str(c["id"]): c for c in before or []}
    for entry in wanted:
        comment = by_id.get(str(entry["localId"]))
        match = comment and only(after or [], comment, True)
        if match and only(before, comment, True) is comment:
            kept.append({**entry, "localId": str(match["id"])})
        else:
            lost += 1
    if wanted:
        record["comments"] = kept
    return len(kept), lost


def main():
    parser = argparse.ArgumentParser(description="the baseline of tandem translate: issue by issue")
    parser.add_argument("-f", required=True, dest="file")
    for n in "12":
        for name in ("bu", "u", "p"):
            parser.add_argument(f"--{name}{n}", required=True)
    parser.add_argument("-r", action="store_true", dest="is_reversed")
    parser.add_argument("--json", action="store_true", help="figures as one line of JSON on stderr")
    options = parser.parse_args()
    old, new = Site(options.bu1, options.u1, options.p1), Site(options.bu2, options.u2, options.p2)
    start = time.monotonic()
    with open(options.file, encoding="utf-8") as file:
        pairs = json.load(file)
    records = pairs["secondConnector" if options.is_reversed else "firstConnector"]
    translated = lost = 0
    for record in records:
        more, gone = translate(record, old, new)
        translated, lost = translated + more, lost + gone
    output = options.file + "-converted.json"
    with open(output, "w", encoding="utf-8") as file:
        json.dump(pairs, file)
    figures = {"pairs": len(records), "translated": translated, "removed": lost, "requests": [old.requests, new.requests],
               "seconds": round(time.monotonic() - start, 3),
               "memoryMiB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)}
    if options.json:
        print(json.dumps(figures), file=sys.stderr)
    else:
        print(", ".join(f"{name}: {value}" for name, value in figures.items()))
    print(f"saving json to {output}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
