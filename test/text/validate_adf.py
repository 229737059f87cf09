#!/usr/bin/env python3
"""Validates ADF documents, one JSON document per line on standard input, against Atlassian's schema.

usage: validate_adf.py SCHEMA < documents.jsonl
Exit 0: all valid; 1: the invalid ones are printed; 77: python3-jsonschema or the schema is not here.
"""
import json
import os
import sys

DEBIANS = "/usr/bin/python3"

try:
    import jsonschema
except ImportError:
    if os.path.exists(DEBIANS) and not os.environ.get("TANDEM_TRIED"):  # the package serves Debian's own Python alone
        os.execve(DEBIANS, [DEBIANS, *sys.argv], dict(os.environ, TANDEM_TRIED="1"))
    print("SKIPPED: Debian's python3-jsonschema is not installed")
    sys.exit(77)

try:
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
except OSError as error:
    print(f"SKIPPED: no ADF schema: {error}")
    sys.exit(77)

validator = jsonschema.Draft4Validator(schema)
count = invalid = 0
for line in sys.stdin:
    document = json.loads(line)
    count += 1
    if not validator.is_valid(document):
        invalid += 1
        if invalid <= 5:
            error = jsonschema.exceptions.best_match(validator.iter_errors(document))
            print(f"invalid: {line.strip()[:2000]}\n  at {list(error.absolute_path)}: {error.message[:300]}")
print(f"{count} documents, {invalid} invalid")
sys.exit(1 if invalid or not count else 0)
