#!/usr/bin/env python3
"""The part of a corpus that its annotators marked: marked_part.py < CORPUS.jsonl > MARKED.jsonl

MEANTIME's excerpts end with a sentence that no one marked: one expression of 246 stands in a last sentence. Each text is cut before its last
sentence, and what is marked beyond is left out. Lines are {"text", "gold": [{"start", "end"}], ...}, offsets in code points.
The sentences that are cut off are counted on stderr with the marks that they held.
"""
import json
import re
import sys

# After a full stop and its quotes, before a capital and its quotes; or at the end of a line.
SENTENCE_END = re.compile(r"""[.!?]["')’”]*\s+(?=["'`“(]*[A-Z])|\n+(?=\S)""")


def main():
    texts = marks = lost = 0
    for line in sys.stdin:
        case = json.loads(line)
        ends = [match.end() for match in SENTENCE_END.finditer(case["text"].rstrip())]
        cut = ends[-1] if ends else 0
        inside = [mark for mark in case["gold"] if mark["end"] <= cut]
        texts, marks, lost = texts + 1, marks + len(inside), lost + len(case["gold"]) - len(inside)
        print(json.dumps({**case, "text": case["text"][:cut], "gold": inside}, ensure_ascii=False))
    print(f"{texts} texts; {marks} expressions kept, {lost} in the last sentences", file=sys.stderr)


if __name__ == "__main__":
    main()
