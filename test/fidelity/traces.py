"""The answers that the sandbox's own tests were given, as they left them in the folder of traces."""

import json
import os
import pathlib
import re
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = pathlib.Path(os.environ.get("TANDEM_SHARED", ROOT.parent / "shared")) / "data"


class Answer:
    """One answer; `path` is without the site's own context path and without the query."""

    def __init__(self, line, origin):
        self.dialect, self.method, self.status = line["dialect"], line["method"], line["status"]
        self.family = "cloud" if self.dialect == "cloud" else "dc"
        self.type, self.body, self.has_body, self.origin = line["type"], line.get("body"), "body" in line, origin
        path, _, self.query = line["target"].partition("?")
        context = urllib.parse.urlparse(line["base"]).path
        self.path = path[len(context) :] if context and path.startswith(context + "/") else path

    def __str__(self):
        return f"{self.dialect} {self.method} {self.path} {self.status}"


def read(folder):
    """Every answer in the folder. A line that is cut belongs to a test that was killed."""
    for file in sorted(pathlib.Path(folder).glob("*.jsonl")):
        with open(file, "rb") as lines:
            for line in lines:
                try:
                    answer = json.loads(line)
                except ValueError:
                    continue
                if answer.get("target") is not None:
                    yield Answer(answer, file.stem)


def webhooks(folder):
    """(family, event, body) of what listeners were told."""
    for file in sorted(pathlib.Path(folder).glob("*.jsonl")):
        with open(file, "rb") as lines:
            for line in lines:
                if b'"webhook":' in line[:60]:
                    told = json.loads(line)
                    yield "cloud" if told["dialect"] == "cloud" else "dc", told["webhook"], told["body"]


def shape(value, telling, key=None):
    """What of a value decides whether it fits a schema: members and types, and the text of members in `telling`."""
    if isinstance(value, dict):
        return tuple((k, shape(v, telling, k)) for k, v in sorted(value.items()))
    if isinstance(value, list):
        return ("[]", frozenset(shape(v, telling, key) for v in value))
    if isinstance(value, str) and key in telling:
        return value
    return type(value).__name__


def need(*files):
    """Ends with 77 where the documents or recordings are not at hand."""
    for file in files:
        if not file.exists():
            print(f"SKIPPED: there is no {file}; TANDEM_SHARED names the folder that holds data/")
            sys.exit(77)


def pattern(text):
    """`*` in an exception stands for anything."""
    return re.compile(".*".join(map(re.escape, text.split("*"))) + r"\Z")
