#!/usr/bin/env bash
# Reads the files of Dateline's JSON-lines sink with jq. Each function is a pipeline to copy from.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: jsonl.sh COMMAND FILE-OR-FOLDER...

  latest   the latest revision of every article, one record a line
  count    how many articles each source has, by their latest revision: count, source (tab-separated)
  titles   instant, source, title of every article's latest revision, oldest first (tab-separated)

Reads *.jsonl, *.jsonl.zst and *.jsonl.gz; in a folder, all of them below it. Needs jq, and zstd or gzip for such files.
TEXT
}

die() { printf 'jsonl: %s\n' "$1" >&2; exit "${2:-1}"; }
need() { command -v "$1" >/dev/null || die "$1 is missing (Debian: apt-get install $1)"; }

# ANCHOR: pipelines
# Every file as it stands, uncompressed.
lines() {
  find -L "$@" -type f \( -name '*.jsonl' -o -name '*.jsonl.zst' -o -name '*.jsonl.gz' \) -print0 | sort -z |
    while IFS= read -r -d '' file; do
      case $file in
        *.zst) need zstd; zstd -dcq -- "$file" ;;
        *.gz) need gzip; gzip -dc -- "$file" ;;
        *) cat -- "$file" ;;
      esac
    done
}

# Every record. A line that is just being written is not JSON yet: it is named and left out.
records() { lines "$@" | jq -cR 'try fromjson catch ("skipped a line: \(.)" | debug | empty)'; }

# Sorts by id, highest revision first and of one revision the record that was made last, and keeps the first line of each id. An
# instant without its Z sorts as text, with fractions of the second or without. Sorting needs no more memory for a year of files
# than for a day.
latest() {
  records "$@" | jq -r '"\(.id)\t\(.revision)\t\(.emitted | rtrimstr("Z"))\t\(tojson)"' | LC_ALL=C sort -t $'\t' -k 1,1 -k 2,2nr -k 3,3r |
    awk -F '\t' '$1 != last { last = $1; print }' | cut -f 4-
}

count() { latest "$@" | jq -r '.source.id' | sort | uniq -c | sort -k 1,1nr -k 2 | awk '{ n = $1; sub(/^ *[0-9]+ /, ""); print n "\t" $0 }'; }

# A field that nothing is known about is absent: the title, or the instant of publication.
titles() { latest "$@" | jq -r '[.published.instant // .first_seen, .source.id, .title // ""] | @tsv' | LC_ALL=C sort; }
# ANCHOR_END: pipelines

command=${1:-help}
case $command in
  latest | count | titles) ;;
  help | -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac
shift
(($# > 0)) || { usage >&2; exit 2; }
for path in "$@"; do
  [[ -e $path ]] || die "$path does not exist"
done
need jq
"$command" "$@"
