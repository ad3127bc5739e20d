"""Sends the records of a JSON-lines file to a topic the way Dateline does, for check.sh.

    produce_sample.py BOOTSTRAP TOPIC FILE

One committed transaction holds the records and one message that is no record; an aborted one holds the records again
with a higher revision, which a read_committed consumer must not see.
"""

import json
import sys

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

LIMIT_S = 60


def send(producer, topic, record):
    headers = {
        "schema": record["schema"],
        "op": record["op"],
        "source": record["source"]["id"],
        "content-type": "application/json",
    }
    value = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    producer.produce(topic, key=record["id"], value=value, headers=headers)


def main(bootstrap, topic, path):
    with open(path, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    # One partition: check.sh compares the consumer's lines in order.
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(LIMIT_S)
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": topic, "partitioner": "murmur2_random", "log_level": 3})
    producer.init_transactions(LIMIT_S)

    producer.begin_transaction()
    for record in records:
        send(producer, topic, {**record, "revision": record["revision"] + 100, "title": "never committed"})
    producer.flush(LIMIT_S)
    producer.abort_transaction(LIMIT_S)

    producer.begin_transaction()
    producer.produce(topic, key="stray", value="not a record")
    for record in records:
        send(producer, topic, record)
    producer.commit_transaction(LIMIT_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
