"""The members of what the sandbox shows, against recorded answers and webhooks of real sites.

A thing is known by its `self`; the recordings tell which members it always has, and which it ever has, at that place (a
project inside an issue has fewer than one alone). Ours must have the former, and no others than the latter. What differs
is in EXCEPTIONS with its reason; an entry that nothing needs any more fails as well.
"""

import collections
import json
import re
import sys
import urllib.parse

import exceptions
import required
import traces

RECORDED = traces.SHARED / "payloads"
SELF = re.compile(r"/rest/(?:api|agile|greenhopper)/[\w.]+/(.+)$")


def kind_of(thing):
    """"issue", "user", "issue/votes" …: what `self` names, or None."""
    found = SELF.search(urllib.parse.urlparse(thing["self"]).path) if isinstance(thing.get("self"), str) else None
    if not found:
        return None
    return "/".join(found.group(1).strip("/").split("/")[::2])


def learn(shapes, family, value, member):
    """shapes: {(family, kind, member): [times seen, {member: times}]}; member is where the thing stands."""
    if isinstance(value, list):
        for item in value:
            learn(shapes, family, item, member)
    if not isinstance(value, dict):
        return
    kind = kind_of(value) if "startAt" not in value else None  # a page has a self as well
    if kind:
        seen = shapes.setdefault((family, kind, "customfield" if member.startswith("customfield_") else member),
                                 [0, collections.Counter()])
        seen[0] += 1
        seen[1].update("customfield" if k.startswith("customfield_") else k for k in value)
    if kind == "issue" and isinstance(value.get("fields"), dict):
        fields = shapes.setdefault((family, "fields", "in_a_webhook" if member == "issue" else member), [0, collections.Counter()])
        if len(value["fields"]) > 20:  # else a part of them was asked for
            fields[0] += 1
            fields[1].update({"customfield" if k.startswith("customfield_") else k for k in value["fields"]})
    for name, item in value.items():
        learn(shapes, family, item, name)


def learn_webhook(shapes, family, event, body):
    """The members of a body, and of a change that it tells."""
    for place, things in ("body", [body]), ("change", body.get("changelog", {}).get("items", [])):
        seen = shapes.setdefault((family, event, place), [0, collections.Counter()])
        for thing in things:
            seen[0] += 1
            seen[1].update(thing.keys())


def recorded():
    shapes = {}
    for file in sorted(RECORDED.rglob("*.json")):
        try:
            value = json.loads(file.read_text())
        except ValueError:
            continue
        text = file.read_text()
        family = "cloud" if "atlassian.net" in text else "dc"
        learn(shapes, family, value, "top")
        if isinstance(value, dict) and "webhookEvent" in value:
            learn_webhook(shapes, family, value["webhookEvent"], value)
    return shapes


def ours(folder):
    shapes = {}
    for answer in traces.read(folder):
        if answer.status < 300 and answer.has_body and not answer.path.startswith("/sandbox/"):
            learn(shapes, answer.family, answer.body, "top")
    for family, event, body in traces.webhooks(folder):
        learn_webhook(shapes, family, event, body)
        for member, value in body.items():
            learn(shapes, family, value, member)
    return shapes


def check_required(value, answer, wrong):
    """Things of Data Center below `value` that lack what each of their kind has."""
    if isinstance(value, list):
        for item in value:
            check_required(item, answer, wrong)
    if not isinstance(value, dict):
        return
    needed, other = (words.split() for words in required.REQUIRED.get(kind_of(value), ("", "")))
    lacking = [k for k in needed if k not in value]
    is_created = set(value) in ({"id", "key", "self"}, {"id", "self"})  # what creation answers; a mere reference
    if lacking and not is_created and not any(k in value for k in other):
        wrong.add(f"{answer.method} {re.sub(r'[0-9]+', 'N', answer.path)}: a {kind_of(value)} without {', '.join(lacking)}")
    for item in value.values():
        check_required(item, answer, wrong)


def all_required(folder):
    wrong = set()
    for answer in traces.read(folder):
        if answer.family == "dc" and answer.status < 300 and answer.has_body and not answer.path.startswith("/sandbox/"):
            check_required(answer.body, answer, wrong)
    return sorted(wrong)


def main():
    traces.need(RECORDED)
    real, made = recorded(), ours(sys.argv[1])
    wrong, used, compared = all_required(sys.argv[1]), set(), 0
    for place in sorted(real.keys() & made.keys()):
        (times, known), (shown, ourselves) = real[place], made[place]
        compared += 1
        missing = [("missing", k) for k, n in known.items() if n == times and times > 1 and ourselves[k] < shown]
        extra = [("extra", k) for k in ourselves if not known[k]]
        for what, member in sorted(missing + extra):
            entry = next((e for e in exceptions.KEYS if traces.pattern(e[0]).match(" ".join(place)) and e[1] == what
                          and member in e[2].split()), None)
            if entry:
                used.add((entry, member))
            else:
                wrong.append(f"{' '.join(place)}: {what} {member} (recorded {known[member]} of {times}, "
                             f"ours {ourselves[member]} of {shown})")
    print(*wrong, sep="\n")
    stale = [] if wrong else [f"nothing needs the exception {e[0]}: {e[1]} {m} any more"
                              for e in exceptions.KEYS for m in e[2].split() if (e, m) not in used]
    print(*stale, sep="\n")
    print(f"{compared} kinds of things at their places, {len(exceptions.KEYS)} exceptions")
    return 1 if wrong or stale or compared < 20 else 0


sys.exit(main())
