#!/usr/bin/env python3
"""Reads Dateline's topic and keeps the latest revision of every article in a table.

Each message is one record, schema "dateline/1", described in docs/record.md:
key: the article's id; value: the record as JSON; headers: schema, op, source, content-type.

Prints one line for each article that appears or gets a newer revision, fields separated by tabs:
id, revision, op (new or revised), source, title.
"""

import argparse
import json
import signal
import sqlite3
import sys
import time

from confluent_kafka import Consumer, KafkaError, KafkaException

SCHEMA = "dateline/1"
BATCH = 500
EXIT_OK, EXIT_TIMEOUT, EXIT_FAILED = 0, 1, 2

# ANCHOR: upsert
# Delivery repeats messages when a consumer restarts, and a replay brings old revisions again: the condition makes
# either of them change nothing.
UPSERT = """
INSERT INTO articles (id, revision, record) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, record = excluded.record
WHERE excluded.revision > articles.revision
"""
# ANCHOR_END: upsert


class Unreadable(Exception):
    """A message that is not a record of the version this consumer knows."""


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="exit codes: 0 done, 1 timeout before --max records came, 2 failed or used wrongly",
    )
    parser.add_argument("--bootstrap", required=True, metavar="HOST:PORT", help="brokers, separated by commas")
    parser.add_argument("--topic", default="articles", help="default: %(default)s")
    parser.add_argument("--group", default="dateline-example", help="consumer group (default: %(default)s)")
    parser.add_argument(
        "--database",
        default=":memory:",
        metavar="FILE",
        help="SQLite file for the table; the next run goes on where this one ended. "
        "Without it the table is in memory, and every run reads the topic from its beginning",
    )
    parser.add_argument("--max", type=positive, metavar="N", help="end after N records (default: run until interrupted)")
    parser.add_argument("--timeout", type=positive, metavar="SECONDS", help="end after this time")
    parser.add_argument(
        "--property",
        action="append",
        default=[],
        type=key_value,
        metavar="KEY=VALUE",
        help="any librdkafka property, such as security.protocol=SASL_SSL; repeatable",
    )
    return parser.parse_args()


def positive(text):
    number = int(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not positive")
    return number


def key_value(text):
    key, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text} is not KEY=VALUE")
    return key, value


def complain(text):
    print(f"kafka_consumer: {text}", file=sys.stderr, flush=True)


# ANCHOR: settings
def open_consumer(arguments, on_error):
    consumer = Consumer(
        {
            "bootstrap.servers": arguments.bootstrap,
            "group.id": arguments.group,
            # Without this, messages of aborted transactions would show.
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            # Positions are committed by hand, after the table has the records.
            "enable.auto.commit": False,
            # Finds a topic soon that is made after this consumer has started.
            "topic.metadata.refresh.interval.ms": 5000,
            "error_cb": on_error,
            # Errors come through error_cb; the library's own lines would repeat them.
            "log_level": 0,
            **dict(arguments.property),
        }
    )
    consumer.subscribe([arguments.topic])
    return consumer
# ANCHOR_END: settings


def read_record(message):
    """The record in a message, with its text."""
    headers = dict(message.headers() or [])
    schema = headers.get("schema")
    # The header tells the version without parsing the value.
    if schema is not None and schema != SCHEMA.encode():
        raise Unreadable(f"its schema is {schema!r}, not {SCHEMA}")
    try:
        text = (message.value() or b"").decode("utf-8")
        record = json.loads(text)
        if record["schema"] != SCHEMA:
            raise Unreadable(f"its schema is {record['schema']!r}, not {SCHEMA}")
        if message.key() != record["id"].encode():
            raise Unreadable("its key is not the record's id")
        if not isinstance(record["revision"], int):
            raise Unreadable("its revision is not a number")
        return record, text
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"its value is not a record: {error!r}") from error


def line_of(record):
    # A field that nothing is known about is absent, the title too.
    fields = [record["id"], record["revision"], record["op"], record["source"]["id"], record.get("title", "")]
    return "\t".join(" ".join(str(field).split()) for field in fields)


def store(database, messages):
    """Upserts the records of a batch in one transaction. Returns how many there were, and the lines to print."""
    records, lines = 0, []
    with database:
        for message in messages:
            try:
                record, text = read_record(message)
                line = line_of(record)
            except (Unreadable, KeyError, TypeError) as reason:
                complain(f"skipped {message.topic()}[{message.partition()}]@{message.offset()}: {reason}")
                continue
            records += 1
            if database.execute(UPSERT, (record["id"], record["revision"], text)).rowcount == 1:
                lines.append(line)
    return records, lines


def sort_out(messages, topic):
    """The messages without the events among them; raises on an error that waiting does not mend."""
    good = []
    for message in messages:
        error = message.error()
        if error is None:
            good.append(message)
        elif error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            complain(f"topic {topic} does not exist (yet); waiting for it")
        elif not error.retriable():
            raise KafkaException(error)
    return good


def consume(consumer, database, arguments, fatal):
    """Reads until --max, --timeout or an error. Returns the exit code."""
    durable = arguments.database != ":memory:"
    deadline = time.monotonic() + arguments.timeout if arguments.timeout else float("inf")
    seen = 0
    while arguments.max is None or seen < arguments.max:
        left = deadline - time.monotonic()
        if left <= 0:
            if arguments.max is None:
                return EXIT_OK
            complain(f"{seen} of {arguments.max} records came within {arguments.timeout} s")
            return EXIT_TIMEOUT
        wanted = BATCH if arguments.max is None else min(BATCH, arguments.max - seen)
        # ANCHOR: commit
        messages = sort_out(consumer.consume(wanted, timeout=min(left, 0.5)), arguments.topic)
        if fatal:
            raise KafkaException(fatal[0])
        records, lines = store(database, messages)
        seen += records
        for line in lines:
            print(line, flush=True)
        # First the table, then the position: after a crash in between the batch comes again, and the upsert absorbs it.
        if durable and messages:
            consumer.commit(asynchronous=False)
        # ANCHOR_END: commit
    return EXIT_OK


def main():
    arguments = parse_arguments()
    fatal, said = [], set()

    def on_error(error):
        hopeless = (KafkaError._AUTHENTICATION, KafkaError.TOPIC_AUTHORIZATION_FAILED)
        if error.fatal() or error.code() in hopeless:
            fatal.append(error)
        elif error.code() not in said:
            # The library reports every attempt to connect: once for each kind of error is enough.
            said.add(error.code())
            complain(f"{error.str()} (still trying)")

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    consumer = None
    try:
        database = sqlite3.connect(arguments.database)
        database.execute("CREATE TABLE IF NOT EXISTS articles (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, record TEXT NOT NULL)")
        consumer = open_consumer(arguments, on_error)
        return consume(consumer, database, arguments, fatal)
    except KeyboardInterrupt:
        return EXIT_OK
    except KafkaException as error:
        complain(f"Kafka at {arguments.bootstrap}: {error.args[0]}")
        return EXIT_FAILED
    except sqlite3.Error as error:
        complain(f"database {arguments.database}: {error}")
        return EXIT_FAILED
    finally:
        if consumer is not None:
            consumer.close()


if __name__ == "__main__":
    sys.exit(main())
