"""Every answer of the sandbox in its own tests, against the API documents that Atlassian publishes.

By operation, status and schema; the Cloud document also for v2, whose paths it has under v3. What differs, and why, is
in exceptions.py, and an exception that nothing needs any more fails as well. Answers of the same shape are checked once.
"""

import collections
import json
import re
import sys
import time

import exceptions
import jsonschema
import traces
from document import Document

CLOUD = traces.SHARED / "specs/jira-cloud-v3-2026-02.json"
DC = traces.SHARED / "specs/jira-dc-10.3-openapi.json"
ADF = traces.SHARED / "specs/adf-full.schema.json"


def api_path(answer):
    """The path as the document has it: /rest/api/3 on Cloud, /rest/api/2 on Data Center."""
    for version in ("2", "3", "latest"):
        start = f"/rest/api/{version}/"
        if answer.path.startswith(start):
            return f"/rest/api/{'3' if answer.family == 'cloud' else '2'}/" + answer.path[len(start) :]
    return answer.path


class Excuses:
    """The exceptions of one kind; each must be needed."""

    def __init__(self, name, entries):
        self.name = name
        self.entries = [(entry, [traces.pattern(part) for part in entry[:-1]]) for entry in entries]
        self.used = collections.Counter()

    def cover(self, *words):
        for entry, patterns in self.entries:
            if all(p.match(w) for p, w in zip(patterns, words)):
                self.used[entry] += 1
                return True
        return False

    def unused(self):
        return [f"{self.name}: nothing needs the exception {entry[:-1]} any more" for entry, _ in self.entries
                if not self.used[entry]]


def depth(error):
    """How deep in the answer the first thing is that does not fit."""
    if error.context:
        return max(map(depth, error.context))
    return len(error.absolute_path)


def leaves(errors):
    """The errors that say something: of an anyOf those of the branch that came furthest."""
    for error in errors:
        if error.context:
            branches = collections.defaultdict(list)
            for inner in error.context:
                branches[inner.schema_path[0]].append(inner)
            yield from leaves(max(branches.values(), key=lambda inner: (min(map(depth, inner)), -len(inner))))
        else:
            yield error


def where(error):
    steps = ("[]" if isinstance(step, int) else step for step in error.absolute_path)
    return ".".join(re.sub(r"^customfield_\d+$", "customfield", step) for step in steps)


def what(error):
    if error.validator == "additionalProperties":
        known = set(error.schema.get("properties", {}))
        return "unknown " + ",".join(sorted(set(error.instance) - known))
    if error.validator == "required":
        return "missing " + ",".join(k for k in error.validator_value if k not in error.instance)
    if error.validator == "type":
        value = error.instance
        kind = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}.get(type(value), "number")
        wanted = error.validator_value if isinstance(error.validator_value, str) else "/".join(error.validator_value)
        return f"{kind} for {wanted}"
    return f"{error.validator} {json.dumps(error.instance)[:60]}"


class Checker:
    def __init__(self):
        self.documents = {"cloud": Document(CLOUD, ""), "dc": Document(DC, "/rest")}
        self.routes = Excuses("ROUTES", exceptions.ROUTES + (exceptions.PEERS if "--part" in sys.argv else []))
        self.statuses = Excuses("STATUSES", exceptions.STATUSES)
        self.values = Excuses("VALUES", exceptions.VALUES)
        self.arrays = Excuses("ELEMENT_FOR_ARRAY", exceptions.ELEMENT_FOR_ARRAY)
        self.seen, self.found, self.counts = set(), {}, collections.Counter()
        self.texts = jsonschema.Draft4Validator(json.loads(ADF.read_text()))

    def report(self, answer, text):
        self.found.setdefault(text, answer)

    def check_error(self, answer):
        """An error has one of Jira's two shapes, or it is no JSON at all."""
        body = answer.body
        if not answer.has_body:
            return
        is_jira = isinstance(body, dict) and isinstance(body.get("errorMessages"), list)
        is_layer = isinstance(body, dict) and isinstance(body.get("message"), str)
        if is_jira and not isinstance(body.get("errors", {}), dict) or not is_jira and not is_layer:
            if not self.values.cover(f"{answer.family} {answer.method} {api_path(answer)} {answer.status}", "", "shape"):
                self.report(answer, f"{answer.family} {answer.method} {api_path(answer)} {answer.status}: no error of Jira's")

    def is_documented_error(self, answer, document, template):
        """Some resources have errors of their own shape, and the document says so."""
        validator = document.validator(template, answer.method, answer.status) if template and answer.has_body else None
        return validator is not None and validator.is_valid(answer.body)

    def check_texts(self, answer, value):
        """What v3 shows as text is a document of the Atlassian Document Format, each different one checked once."""
        if isinstance(value, dict) and value.get("type") == "doc" and "content" in value:
            key = json.dumps(value, sort_keys=True)
            if key not in self.seen and not self.texts.is_valid(value):
                self.report(answer, f"a text that is no document: {key[:200]}")
            self.counts["texts"] += key not in self.seen
            self.seen.add(key)
        elif isinstance(value, (dict, list)):
            for inner in value.values() if isinstance(value, dict) else value:
                self.check_texts(answer, inner)

    def check(self, answer):
        self.counts["answers"] += 1
        if answer.path.startswith("/rest/api/3/") and "/properties" not in answer.path:
            self.check_texts(answer, answer.body)
        document, path = self.documents[answer.family], api_path(answer)
        template, responses = document.operation(answer.method, path)
        if answer.status >= 400 and not self.is_documented_error(answer, document, template):
            self.check_error(answer)
        if responses is None:
            if answer.status < 400 and not self.routes.cover(f"{answer.family} {answer.method} {path}"):
                self.report(answer, f"{answer.family} {answer.method} {path}: a route that the document does not know")
            self.counts["unknown routes" if answer.status < 400 else "refused routes"] += 1
            return
        name = f"{answer.family} {answer.method} {template} {answer.status}"
        if str(answer.status) not in responses and "default" not in responses:
            if answer.status < 400 and not self.statuses.cover(name):
                self.report(answer, f"{name}: a status that the document does not know")
            self.counts["errors beyond the document" if answer.status >= 400 else "unknown statuses"] += 1
            return
        validator = document.validator(template, answer.method, answer.status)
        if validator is None or not answer.has_body or answer.status >= 400:
            self.counts["by status"] += 1
            return
        self.counts["by schema"] += 1
        key = name, traces.shape(answer.body, document.telling)
        if key in self.seen:
            return
        self.seen.add(key)
        bodies = [answer.body]
        if isinstance(answer.body, list) and not document.declares_array(template, answer.method, answer.status):
            if self.arrays.cover(f"{answer.family} {answer.method} {template}"):
                bodies = answer.body
        for body in bodies:
            for error in leaves(validator.iter_errors(body)):
                if not self.values.cover(name, where(error), what(error)):
                    self.report(answer, f"{name}: {where(error) or 'the whole'}: {what(error)}")


def main():
    traces.need(CLOUD, DC, ADF)
    begin, checker = time.monotonic(), Checker()
    for answer in traces.read(sys.argv[1]):
        checker.check(answer)
    for text, answer in sorted(checker.found.items()):
        print(f"{text}   ({answer.origin}: {answer.dialect} {answer.path})")
    is_part = "--part" in sys.argv  # the answers of one client: not every exception is needed
    stale = [] if checker.found or is_part else [text for kind in (checker.routes, checker.statuses, checker.values, checker.arrays)
                                      for text in kind.unused()]
    print(*stale, sep="\n")
    excuses = sum(len(kind.entries) for kind in (checker.routes, checker.statuses, checker.values, checker.arrays))
    counts = ", ".join(f"{n} {name}" for name, n in checker.counts.items())
    print(f"{counts}; {len(checker.seen)} shapes, {excuses} exceptions, {time.monotonic() - begin:.1f} s")
    if not is_part and not checker.counts["by schema"] > 500:
        print("There are too few answers: have the sandbox's tests run?")
        return 1
    return 1 if checker.found or stale else 0


sys.exit(main())
