#!/usr/bin/env python3
"""Makes the files of `countries/` from the tables `feeds.csv`, `countries.csv` and `sources.csv`, after checking them.

`./generate.py` writes them anew; `./generate.py --check` writes nothing and fails where they are not what the tables say. Both end with 1 where
a table is wrong, and name every row that is."""

import argparse
import csv
import json
import re
import sys
from collections import Counter, namedtuple
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
COUNTRIES = HERE / "countries"

# What the list promises, and the most of one country that leaves room for the others.
LEAST_FEEDS = 200
LEAST_COUNTRIES = 40
MOST_FEEDS_OF_A_COUNTRY = 15

CONTINENTS = {"africa", "asia", "europe", "north-america", "oceania", "south-america"}
# A feed has exactly one topic, which is its first tag in the table, and any of the marks.
TOPICS = {"business", "general", "politics", "world"}
MARKS = {"agency", "regional", "state-media"}
SOURCE_KEYS = ("source", "what", "version", "date", "licence", "licence_found_in")

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?")

# ISO 3166-1, alpha-2.
ISO_CODES = set(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM"
    " CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY"
    " HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF"
    " MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE"
    " RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ"
    " VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW".split()
)

Country = namedtuple("Country", "code name continent")
Feed = namedtuple("Feed", "line country id name url language tags sources")


def rows(name, keys):
    """The rows of a table beside this file, each with its line; the table has the columns `keys` and no others."""
    with open(HERE / name, encoding="utf-8", newline="") as table:
        reader = csv.DictReader(table, strict=True)
        if reader.fieldnames != list(keys):
            sys.exit(f"{name}: the columns are {', '.join(keys)}")
        found = []
        for row in reader:
            if None in row or None in row.values():
                sys.exit(f"{name}:{reader.line_num}: the row has not as many cells as there are columns")
            found.append((reader.line_num, row))
        return found


def keyed(name, keys):
    """The rows of a table by their first column, which names each once."""
    found = {}
    for line, row in rows(name, keys):
        if found.setdefault(row[keys[0]], row) is not row:
            sys.exit(f"{name}:{line}: `{row[keys[0]]}` is there already")
    return found


def read_countries():
    return {code: Country(**row) for code, row in keyed("countries.csv", Country._fields).items()}


def read_feeds():
    table = rows("feeds.csv", Feed._fields[1:])
    return [Feed(line, **{**row, "tags": row["tags"].split(), "sources": row["sources"].split()}) for line, row in table]


def same_address(url):
    """What is left of a URL when spellings of one address are made one: no scheme, `www.`, default port, slash at the end or fragment."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port}{parts.path.rstrip('/')}{query}"


def url_is_sound(url):
    try:
        parts = urlsplit(url)
        parts.port  # read for its check: it raises on a port that is none
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme in ("http", "https") and "." in host and not parts.username and not re.search(r"\s", url)


def faults_of_feed(feed, countries, sources):
    if not ID.fullmatch(feed.id):
        yield f"the id `{feed.id}` is not of the form publisher-section"
    if not feed.name or feed.name != feed.name.strip():
        yield "the name is missing, or has blanks around it"
    if not url_is_sound(feed.url):
        yield f"`{feed.url}` is no http or https URL"
    if feed.country not in countries:
        yield f"the country `{feed.country}` is not in countries.csv"
    if not LANGUAGE.fullmatch(feed.language):
        yield f"`{feed.language}` is no language tag"
    if not feed.tags or feed.tags[0] not in TOPICS or not set(feed.tags[1:]) <= MARKS:
        yield f"the tags are a topic ({', '.join(sorted(TOPICS))}) and marks ({', '.join(sorted(MARKS))})"
    if not feed.sources or not set(feed.sources) <= sources or len(feed.sources) != len(set(feed.sources)):
        yield "the sources are some of those in sources.csv, each once"


def repeated(feeds, key, what):
    first = {}
    for feed in feeds:
        earlier = first.setdefault(key(feed), feed)
        if earlier is not feed:
            yield f"feeds.csv:{feed.line}: {what} of line {earlier.line} again"


def faults(feeds, countries, sources):
    for feed in feeds:
        yield from (f"feeds.csv:{feed.line}: {fault}" for fault in faults_of_feed(feed, countries, sources))
    yield from repeated(feeds, lambda feed: feed.id, "the id")
    yield from repeated([feed for feed in feeds if url_is_sound(feed.url)], lambda feed: same_address(feed.url), "the address")
    per_country = Counter(feed.country for feed in feeds)
    for country in countries.values():
        if country.code not in ISO_CODES or country.continent not in CONTINENTS or not country.name:
            yield f"countries.csv: {country.code} has no code of ISO 3166-1, no name or no continent"
        if not 1 <= per_country[country.code] <= MOST_FEEDS_OF_A_COUNTRY:
            yield f"{country.code} has {per_country[country.code]} feeds, where 1 to {MOST_FEEDS_OF_A_COUNTRY} are wanted"
    unused = sources - {source for feed in feeds for source in feed.sources}
    yield from (f"sources.csv: {source} names no feed" for source in sorted(unused))
    if CONTINENTS - {country.continent for country in countries.values()}:
        yield "a continent has no country"
    if len(feeds) < LEAST_FEEDS or len(per_country) < LEAST_COUNTRIES:
        yield f"{len(feeds)} feeds of {len(per_country)} countries, where at least {LEAST_FEEDS} of {LEAST_COUNTRIES} are promised"


def toml(value):
    """A string or a list of strings as TOML. What JSON escapes in a string, TOML escapes in the same way."""
    return json.dumps(value, ensure_ascii=False)


def text_of(country, feeds):
    lines = [f"# {country.name}. Made from feeds.csv by generate.py: change it there."]
    for feed in feeds:
        lines += [
            "",
            "[[feeds]]",
            f"id = {toml(feed.id)}",
            f"name = {toml(feed.name)}",
            f"tags = {toml([country.code.lower(), country.continent, *feed.tags])}",
            f"url = {toml(feed.url)}",
            f"language = {toml(feed.language)}",
        ]
    return "\n".join(lines) + "\n"


def files_of(feeds, countries):
    """The content of each file in `countries/`, by its name."""
    return {
        f"{country.code.lower()}.toml": text_of(country, [feed for feed in feeds if feed.country == country.code])
        for country in countries.values()
    }


def write(files):
    COUNTRIES.mkdir(exist_ok=True)
    for path in COUNTRIES.glob("*.toml"):
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (COUNTRIES / name).write_text(text, encoding="utf-8")


def drift(files):
    there = {path.name: path.read_text(encoding="utf-8") for path in COUNTRIES.glob("*.toml")}
    for name in sorted(there.keys() | files.keys()):
        if there.get(name) != files.get(name):
            yield f"countries/{name} is not what feeds.csv says: run examples/feeds/generate.py"


def summary(feeds):
    countries, languages = ({getattr(feed, key) for feed in feeds} for key in ("country", "language"))
    confirmed = sum(len(feed.sources) > 1 for feed in feeds)
    return f"{len(feeds)} feeds, {len(countries)} countries, {len(languages)} languages; {confirmed} named by two sources or more"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true", help="write nothing, and fail where the files are not what the tables say")
    checks_only = arguments.parse_args().check

    feeds, countries = read_feeds(), read_countries()
    sources = set(keyed("sources.csv", SOURCE_KEYS))
    found = list(faults(feeds, countries, sources))
    if not found:
        files = files_of(feeds, countries)
        if checks_only:
            found = list(drift(files))
        else:
            write(files)
    for fault in found:
        print(fault, file=sys.stderr)
    if found:
        sys.exit(1)
    print(f"examples/feeds: {summary(feeds)}")


if __name__ == "__main__":
    main()
