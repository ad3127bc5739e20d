#!/usr/bin/env bash
# Checks the consumer examples: sample.jsonl goes to the broker at $KAFKA_BOOTSTRAP and to files, and what the consumers
# print is compared with what it must be.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
if [[ -z ${KAFKA_BOOTSTRAP-} ]]; then
  printf 'check: KAFKA_BOOTSTRAP names no broker (deploy/kafka/broker start prints the address of a new one)\n' >&2
  exit 2
fi
for tool in jq zstd gzip javac; do
  package=${tool/javac/openjdk-17-jdk-headless}
  command -v "$tool" >/dev/null || { printf 'check: %s is missing (Debian: apt-get install %s)\n' "$tool" "$package" >&2; exit 2; }
done
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

passed=0 failed=0
# expect WHAT EXIT_CODE EXPECTED_OUTPUT COMMAND...: compares exit code and standard output.
expect() {
  local what=$1 code=$2 output=$3 rc=0
  shift 3
  "$@" >"$scratch/out" 2>"$scratch/err" || rc=$?
  if [[ $rc == "$code" ]] && diff <(printf '%s' "$output") "$scratch/out" >"$scratch/diff"; then
    passed=$((passed + 1))
    printf 'ok    %s\n' "$what"
  else
    failed=$((failed + 1))
    printf 'FAIL  %s: exit code %s, expected %s\n' "$what" "$rc" "$code"
    sed 's/^/      /' "$scratch/diff" "$scratch/err"
  fi
}
# says TEXT: whether the last command's messages hold it.
says() {
  if grep -Fq -e "$1" "$scratch/err"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAIL  its messages lack "%s":\n' "$1"
    sed 's/^/      /' "$scratch/err"
  fi
}
# id CHARACTER: an article id of the sample.
id() { printf "$1%.0s" {1..32}; }

python=$("$here/venv.sh")
topic=dateline-check-$(date +%s)-$$
consumer() { "$python" "$here/kafka_consumer.py" --bootstrap "$KAFKA_BOOTSTRAP" --group "$topic" "$@"; }

a1="$(id a)	1	new	harbour-news	Ferry \"Tern\" out of service until Friday"
b1="$(id b)	1	new	talblatt	Brücke über die Aue wieder geöffnet"
a2="$(id a)	2	revised	harbour-news	Ferry \"Tern\" sails again a day early"
c1="$(id c)	1	new	desk	"
d1="$(id d)	1	new	harbour-news	Harbour market moves indoors"

"$python" "$here/produce_sample.py" "$KAFKA_BOOTSTRAP" "$topic" "$here/sample.jsonl"

all=$(printf '%s\n' "$a1" "$b1" "$a2" "$c1" "$d1")$'\n'
expect "all records; old revisions and repeats print nothing" 0 "$all" consumer --topic "$topic" --max 7 --timeout 60
says "skipped ${topic}[0]@"
expect "a table in memory starts from the beginning" 0 "$all" consumer --topic "$topic" --max 7 --timeout 60
first=$(printf '%s\n' "$a1" "$b1" "$a2")$'\n' rest=$(printf '%s\n' "$c1" "$d1")$'\n'
expect "a table in a file, first part" 0 "$first" \
  consumer --topic "$topic" --max 3 --timeout 60 --database "$scratch/table" --group "$topic-file"
expect "a table in a file goes on where it ended" 0 "$rest" \
  consumer --topic "$topic" --max 4 --timeout 60 --database "$scratch/table" --group "$topic-file"
expect "a table in a file read again from the beginning changes nothing" 0 "" \
  consumer --topic "$topic" --max 7 --timeout 60 --database "$scratch/table" --group "$topic-again"
expect "timeout" 1 "" consumer --topic "$topic" --max 1 --timeout 3 --database "$scratch/table" --group "$topic-file"
says "0 of 1 records came within 3 s"
expect "a topic that does not exist" 1 "" consumer --topic "$topic-missing" --max 1 --timeout 5
says "topic $topic-missing does not exist"
expect "no broker there" 1 "" consumer --topic "$topic" --max 1 --timeout 3 --bootstrap 127.0.0.1:1
says "Connection refused"
expect "wrong usage" 2 "" consumer --max none

files=$scratch/files
mkdir -p "$files/older"
sed -n 1,2p "$here/sample.jsonl" | zstd -q >"$files/older/1.jsonl.zst"
sed -n 3,4p "$here/sample.jsonl" | gzip >"$files/older/2.jsonl.gz"
sed -n 5,7p "$here/sample.jsonl" >"$files/3.jsonl"
sed -n 1p "$here/sample.jsonl" | head -c 100 >>"$files/3.jsonl"
latest=$(sed -n '3p;2p;4p;7p' "$here/sample.jsonl" | LC_ALL=C sort -t '"' -k 8,8)
# jq may write a record with other spacing or escapes: both sides go through it.
expect "files: latest" 0 "$(jq -c . <<<"$latest")"$'\n' "$here/jsonl.sh" latest "$files"
says "skipped a line"
expect "files: count" 0 $'2\tharbour-news\n1\tdesk\n1\ttalblatt\n' "$here/jsonl.sh" count "$files"
expect "files: titles" 0 "$(printf '%s\n' \
  $'2026-03-01T06:00:00Z\tdesk\t' \
  $'2026-03-02T08:00:00Z\tharbour-news\tFerry "Tern" sails again a day early' \
  $'2026-03-02T09:30:00Z\ttalblatt\tBrücke über die Aue wieder geöffnet' \
  $'2026-03-04T10:00:00Z\tharbour-news\tHarbour market moves indoors')"$'\n' "$here/jsonl.sh" titles "$files"
expect "files: single files by name" 0 $'1\tdesk\n1\tharbour-news\n' "$here/jsonl.sh" count "$files/older/2.jsonl.gz"
# A record that was made anew with the same number, within the same second, stands before the one that it replaces.
mkdir "$scratch/anew"
jq -c '.emitted = "2026-03-04T10:02:00.5Z" | .title = "Harbour market stays" | .reprocessed = "replacement"' <<<"$(sed -n 7p "$here/sample.jsonl")" >"$scratch/anew/1.jsonl"
sed -n 7p "$here/sample.jsonl" >"$scratch/anew/2.jsonl"
anew=$'2026-03-04T10:00:00Z\tharbour-news\tHarbour market stays\n'
expect "files: of two records of one revision the later one" 0 "$anew" "$here/jsonl.sh" titles "$scratch/anew"
expect "files: a path that does not exist" 1 "" "$here/jsonl.sh" latest "$scratch/none"

latest_articles() { java -cp "$("$here/../../deploy/kafka/broker" jars)/*" "$here/java/LatestArticles.java" "$KAFKA_BOOTSTRAP" "$@"; }
java_line() { printf '%s\t%s\t%s\n' "$(id "$1")" "$2" "$3"; }
expect "java: all records; old revisions and repeats print nothing" 0 "$(
  java_line a 1 'Ferry "Tern" out of service until Friday'
  java_line b 1 'Brücke über die Aue wieder geöffnet'
  java_line a 2 'Ferry "Tern" sails again a day early'
  java_line c 1 ''
  java_line d 1 'Harbour market moves indoors'
)"$'\n' latest_articles "$topic" 8 60
says "skipped offset"
expect "java: timeout" 1 "" latest_articles "$topic-empty" 1 3

mkdir "$scratch/articles"
cp "$here/sample.jsonl" "$scratch/articles/articles.jsonl"
touch "$scratch/articles/articles-2.jsonl.part"
duckdb() { (cd "$scratch" && "$python" "$here/duckdb/query.py" "$here/duckdb/articles.sql" "$here/duckdb/$1.sql"); }
expect "duckdb: titles" 0 "$(printf '%s\n' \
  $'2026-03-01 06:00\tdesk\t' \
  $'2026-03-02 08:00\tharbour-news\tFerry "Tern" sails again a day early' \
  $'2026-03-02 09:30\ttalblatt\tBrücke über die Aue wieder geöffnet' \
  $'2026-03-04 10:00\tharbour-news\tHarbour market moves indoors')"$'\n' duckdb titles
expect "duckdb: entities" 0 $'geonames:2654675\tBristol\t1\nperson:Jane Roe\tJane Roe\t1\n' duckdb entities
expect "duckdb: articles that speak of a day" 0 $'Ferry "Tern" out of service until Friday\tFriday\n' duckdb day

rm "$scratch/articles"/*
cp "$scratch/anew"/*.jsonl "$scratch/articles"
expect "duckdb: of two records of one revision the later one" 0 $'2026-03-04 10:00\tharbour-news\tHarbour market stays\n' duckdb titles

printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
