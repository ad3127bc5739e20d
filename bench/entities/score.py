"""How names are compared: exact spans of persons, organisations and locations, in code points, after trimming what taggers and annotators
take for part of a name or not by taste alone: a leading article, a trailing possessive, closing marks."""

import collections

KINDS = ("person", "organization", "location")

# What the sets call the three; their other types are left out.
GOLD_TYPES = {"PER": "person", "PERSON": "person", "ORG": "organization", "ORGANIZATION": "organization",
              "LOC": "location", "LOCATION": "location", "GPE": "location"}  # fmt: skip

ARTICLES = ("the ", "The ", "a ", "A ", "an ")
POSSESSIVES = ("'s", "’s")
CLOSING = " \n.,;:"


def trimmed(text, start, end):
    """The span without article, possessive and closing marks; a name with stops inside keeps its last one (U.S.)."""
    for article in ARTICLES:
        if text.startswith(article, start) and start + len(article) < end:
            start += len(article)
            break
    for possessive in POSSESSIVES:
        if text.endswith(possessive, start, end):
            end -= len(possessive)
    while end > start and text[end - 1] in CLOSING:
        if text[end - 1] == "." and "." in text[start : end - 1]:
            break
        end -= 1
        if text[end - 1] == ".":
            break
    return start, end


def names(text, spans, types):
    """The set of (start, end, kind) to compare, of spans (start, end, type) whose type is one of `types`."""
    return {(*trimmed(text, start, end), types[kind]) for start, end, kind in spans if kind in types}


def f1(texts, gold, found, types):
    """F1 in percent over all three kinds ("all") and for each; `gold` and `found` hold spans (start, end, type) for each text, and `types` says
    what the types in `found` are."""
    both, wanted, given = collections.Counter(), collections.Counter(), collections.Counter()
    for text, gold_spans, found_spans in zip(texts, gold, found, strict=True):
        marked, had = names(text, gold_spans, GOLD_TYPES), names(text, found_spans, types)
        for counter, spans in ((both, marked & had), (wanted, marked), (given, had)):
            counter.update(kind for _, _, kind in spans)
            counter["all"] += len(spans)
    return {kind: 200 * both[kind] / max(wanted[kind] + given[kind], 1) for kind in ("all", *KINDS)}
