"""The taggers that are compared. Each has a name, `find`s names in texts, and has `readings`: what its types can be taken for."""

import json
import os
import subprocess
import time

# The others of spaCy's types (nationalities, works, amounts …) are none of the three kinds.
SPACY_TYPES = {"PERSON": "person", "ORG": "organization", "GPE": "location", "LOC": "location"}

# Parts of spaCy's pipelines that the recogniser of names does not need.
NOT_FOR_NAMES = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer"]

# Texts that are read before the clock starts, so that what is made at first use is there.
WARMING = 5


class Dateline:
    """Our tagger, by its examples `batch` and `speed`."""

    name = "Dateline"
    readings = {"": {kind: kind for kind in ("person", "organization", "location")}}

    def __init__(self, examples):
        self.examples = examples

    def _run(self, example, texts):
        lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
        program = os.path.join(self.examples, example)
        return subprocess.run([program], input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout.decode()

    def find(self, texts):
        """Spans (start, end, type) for each text, and the seconds of processor time that it took."""
        answers = map(json.loads, self._run("batch", texts).splitlines())
        found = [
            [(mention["start"], mention["end"], entity["type"]) for entity in answer["entities"] for mention in entity["mentions"]]
            for answer in answers
        ]
        return found, float(self._run("speed", texts))


class Spacy:
    """A spaCy pipeline: with all its parts, or with the recogniser of names alone, which is quicker."""

    # Facilities are places in some sets and none in others: whichever is better for spaCy counts.
    readings = {"": SPACY_TYPES, ", facilities too": SPACY_TYPES | {"FAC": "location"}}

    def __init__(self, name, load, whole):
        self.name = f"{name}, {'all parts' if whole else 'names alone'}"
        self.pipeline = load(exclude=[] if whole else NOT_FOR_NAMES)

    def find(self, texts):
        """Spans (start, end, type) for each text, and the seconds of processor time that it took."""
        for _ in self.pipeline.pipe(texts[:WARMING]):
            pass
        began = time.process_time()
        found = [[(name.start_char, name.end_char, name.label_) for name in document.ents] for document in self.pipeline.pipe(texts)]
        return found, time.process_time() - began
