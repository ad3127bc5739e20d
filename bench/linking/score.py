#!/usr/bin/env python3
"""How often places, organizations and persons are linked rightly: `bench/linking/score.py FILE.jsonl` reads texts whose names have DBpedia pages
(MEANTIME's), asks `target/release/dateline inspect text --batch` (or $DATELINE) and compares, name by name, the English name of the link with the
page's. A page that the knowledge does not have counts against recall all the same. MISSED=1 lists what differs."""

import json
import os
import re
import subprocess
import sys
import unicodedata
import urllib.parse

# Pages that name a place otherwise than GeoNames and CLDR do.
SAME = {
    "ford motor company": "ford", "apple inc": "apple", "general motors company": "general motors", "nasdaq inc": "nasdaq", "dow inc": "dow",
    "united states of america": "united states", "people s republic of china": "china", "republic of ireland": "ireland",
    "new york city": "new york", "republic of china": "taiwan", "washington d c": "washington", "holland": "netherlands",
    "frankfurt am main": "frankfurt", "turkey": "turkiye", "czech republic": "czechia", "georgia u s state": "georgia", "georgia country": "georgia",
}


def plain(name):
    name = unicodedata.normalize("NFKD", name)
    name = "".join(letter for letter in name if not unicodedata.combining(letter)).lower()
    name = re.sub(r"[^a-z0-9]+", " ", name).strip()
    return SAME.get(name, name)


def page(ref):
    """The names that a page's title allows: the whole, and what stands before its comma."""
    title = urllib.parse.unquote(ref.rsplit("/", 1)[-1]).replace("_", " ")
    return {plain(title), plain(title.split(",")[0])}


def main(path):
    cases = [json.loads(line) for line in open(path)]
    texts = "".join(json.dumps({"id": case["id"], "text": case["text"], "published": case["dct"]}) + "\n" for case in cases)
    program = os.environ.get("DATELINE", "target/release/dateline")
    answers = subprocess.run([program, "inspect", "text", "--batch"], input=texts, capture_output=True, text=True, check=True)
    answers = {answer["id"]: answer for answer in map(json.loads, answers.stdout.splitlines())}
    for gold_type, found_type in [("LOC", "location"), ("ORG", "organization"), ("PER", "person")]:
        report(cases, answers, gold_type, found_type)


def report(cases, answers, gold_type, found_type):
    right = wrong = without = 0
    for case in cases:
        names = {}
        for entity in answers[case["id"]]["entities"]:
            for mention in entity["mentions"]:
                names[mention["start"], mention["end"]] = entity
        for gold in case["entities"]:
            entity = names.get((gold["start"], gold["end"]))
            if gold["type"] != gold_type or not gold.get("ref") or entity is None or entity["type"] != found_type:
                continue
            link = entity.get("link")
            if link is None:
                without += 1
            elif plain(link["name"]) in page(gold["ref"]):
                right += 1
                continue
            else:
                wrong += 1
            if os.environ.get("MISSED"):
                print(case["id"][:40], gold["text"], gold["ref"], link and (entity["id"], link["name"], link["confidence"]), sep="\t")
    linked = right + wrong
    print(f"{found_type}: with a page and found as such {linked + without}: linked {linked}, rightly {right}")
    print(f"  precision {100 * right / max(linked, 1):.1f}, recall {100 * right / max(linked + without, 1):.1f}")


if __name__ == "__main__":
    main(sys.argv[1])
