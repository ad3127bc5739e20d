#!/usr/bin/env bash
# Smoke test of the development broker: a real one, in a temporary folder, on a free port.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
scratch=$(mktemp -d)
broker() { "$here/broker" "$@" --dir "$scratch/broker"; }
cleanup() {
  broker wipe >/dev/null 2>&1 || true
  rm -rf -- "$scratch"
}
trap cleanup EXIT

passed=0 failed=0
# check WHAT COMMAND...: runs the command, shows its output when it fails.
check() {
  local what=$1 began=${EPOCHREALTIME/./}
  shift
  if "$@" >"$scratch/out" 2>&1; then
    passed=$((passed + 1))
    printf 'ok    %s (%d ms)\n' "$what" "$(((${EPOCHREALTIME/./} - began) / 1000))"
  else
    failed=$((failed + 1))
    printf 'FAIL  %s\n' "$what"
    sed 's/^/      /' "$scratch/out"
  fi
}
fails() { ! "$@"; }
exits_with() { local want=$1 rc=0; shift; "$@" || rc=$?; [[ $rc == "$want" ]]; }
# The value of NAME=VALUE in what `broker status` prints.
address() { broker status | sed -n "s/^$1=//p"; }
same_port() { [[ $(address KAFKA_BOOTSTRAP) == "$bootstrap" ]]; }

transactions() { "$python" "$here/test_transactions.py" "$@"; }
# What Kafka's own consumer shows, committed messages only.
console_shows_committed() {
  local shown
  shown=$(broker consume --topic smoke --from-beginning --isolation read_committed --max-messages 5 --timeout-ms 30000) &&
    [[ $(sort <<<"$shown") == "$(printf 'value of committed-%d\n' 0 1 2 3 4)" ]]
}

"$here/broker" install
python=$("$here/../../examples/consumers/venv.sh")

check "status before the first start" exits_with 3 broker status
check "first start" broker start --port 0 --sasl --tls --set num.partitions=2
bootstrap=$(address KAFKA_BOOTSTRAP)
check "start is idempotent" broker start
check "a second broker cannot have the port" fails "$here/broker" start --dir "$scratch/other" --port "${bootstrap##*:}"
check "create a topic" broker topics --create --topic smoke --partitions 3
check "produce a committed and an aborted transaction" transactions produce "$bootstrap" smoke
check "committed messages, and only those" transactions verify "$bootstrap" smoke
check "the console consumer sees the same" console_shows_committed
check "right and wrong credentials" transactions credentials "$(address KAFKA_SASL_BOOTSTRAP)" dateline \
  "${DATELINE_KAFKA_PASSWORD:-dateline-dev}"
check "the same by SCRAM over TLS" transactions credentials "$(address KAFKA_SCRAM_BOOTSTRAP)" dateline \
  "${DATELINE_KAFKA_PASSWORD:-dateline-dev}" "$(address KAFKA_TLS_CA)"
check "kill -9" broker kill
check "status after the kill" exits_with 3 broker status
check "start after kill -9" broker start
check "the port is kept" same_port
check "nothing lost, nothing twice after kill -9" transactions verify "$bootstrap" smoke
check "stop" broker stop
check "start after stop" broker start
check "nothing lost, nothing twice after stop" transactions verify "$bootstrap" smoke
check "wipe" broker wipe
check "nothing is left" fails test -e "$scratch/broker"

printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
