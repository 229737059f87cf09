#!/usr/bin/env python3
"""Rich text on the command line: converted, and checked for what is lost on the way."""

import json
import unittest

from whole import DONE, FINDINGS, WholeTest


def paragraph(*content):
    return {"type": "paragraph", "content": list(content)}


def text(words, *marks):
    return {"type": "text", "text": words, **({"marks": [{"type": mark} for mark in marks]} if marks else {})}


class Text(WholeTest):
    def convert(self, source, origin, to, *more, code=DONE):
        if not isinstance(source, str):
            source = json.dumps({"version": 1, "type": "doc", "content": source})
        (self.folder / "text").write_text(source)
        return self.done("text", "convert", "--from", origin, "--to", to, "text", *more, code=code)

    def losses(self, source, origin, to):
        answer = self.convert(source, origin, to, "--check", "--json", code=FINDINGS).json
        self.assertFalse(answer["survives"])
        return [(loss["block"], loss["kind"], loss["at"]) for loss in answer["losses"]]

    def test_a_text_goes_there_and_back(self):
        adf = self.convert("h2. Plan\n\n* *one*\n* two\n\n", "wiki", "adf").out
        self.assertEqual(json.loads(adf)["content"][0]["type"], "heading")
        back = self.convert(json.loads(adf)["content"], "adf", "wiki").out
        self.assertEqual(back, "h2. Plan\n\n* *one*\n* two\n")

    def test_a_text_that_survives_is_said_to(self):
        for source, origin, to in (("h1. a\n\n|b|", "wiki", "adf"), ([paragraph(text("*a*", "em"))], "adf", "wiki")):
            answer = self.convert(source, origin, to, "--check")
            self.assertEqual(answer.out, "Nothing is lost: the way back gives the same text.\n")
            self.assertTrue(self.convert(source, origin, to, "--check", "--json").json["survives"])

    def test_what_markup_cannot_say_is_listed_by_block(self):
        status = {"type": "status", "attrs": {"text": "In review", "color": "yellow"}}
        expand = {"type": "expand", "attrs": {"title": "More"}, "content": [paragraph(text("inside"))]}
        lines = [paragraph(text("plain")), paragraph(text("now "), status), expand,
                 paragraph({"type": "text", "text": "x", "marks": [{"type": "backgroundColor", "attrs": {"color": "#ff0000"}}]})]
        self.assertEqual(self.losses(lines, "adf", "wiki"),
                         [(2, "status", "In review"), (3, "expand", "inside"), (4, "mark-backgroundColor", "x")])
        table = self.convert(lines, "adf", "wiki", "--check", code=FINDINGS).out
        self.assertRegex(table, r"BLOCK +KIND +WHAT +AT\n")
        self.assertRegex(table, r"\n2 +status +a status lozenge becomes its text +In review\n")
        self.assertTrue(table.endswith("3 losses on the way to wiki.\n"), table)

    def test_what_adf_cannot_say_is_listed_by_block(self):
        markup = ("first {anchor:here}\n\n[a|http://x.example|read this] and !p.png|thumbnail,align=right,alt=a!\n\n"
                  "{panel:title=Note|borderStyle=dashed|bgColor=#deebff}\n||a||\n{panel}\n\n* {quote}said{quote}\n\n"
                  "??cited??\n\n{code:title=main.c|c}x{code}\n\n{color:notacolour}x{color}")
        self.assertEqual(self.losses(markup, "wiki", "adf"), [
            (1, "anchor", "{anchor:here}"),
            (2, "tip", "[a|http://x.example|read this] and !p.png|thumbnail,align=ri"),
            (2, "image-attribute", "p.png|thumbnail,align=right,alt=a!"),
            (2, "image-attribute", "p.png|thumbnail,align=right,alt=a!"),
            (4, "macro-parameter", "{panel:title=Note|borderStyle=dashed|bgColor=#deebff}"),
            (4, "title", "{panel:title=Note|borderStyle=dashed|bgColor=#deebff}"),
            (4, "structure", "a"),
            (5, "structure", "said"),
            (6, "citation", "??"),
            (7, "title", "{code:title=main.c|c}x{code}"),
            (9, "color", "{color:notacolour}x{color}"),
        ])

    def test_check_asks_about_the_two_forms(self):
        (self.folder / "text").write_text("a")
        self.refused("text", "convert", "--from", "wiki", "--to", "plain", "--check", "text", saying="--check is about")
        self.refused("text", "convert", "--from", "adf", "--to", "wiki", "text", saying="text is not valid JSON")
        self.assertEqual(self.convert("{anchor:a}", "wiki", "wiki", "--check").code, DONE)


if __name__ == "__main__":
    unittest.main()
