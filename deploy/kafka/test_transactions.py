"""What test.sh asks of a broker, through confluent-kafka: transactions, isolation, credentials.

    test_transactions.py produce|verify BOOTSTRAP TOPIC
    test_transactions.py credentials SASL_BOOTSTRAP USER PASSWORD            (SASL_PLAINTEXT, PLAIN)
    test_transactions.py credentials SCRAM_BOOTSTRAP USER PASSWORD CA_FILE   (SASL_SSL, SCRAM-SHA-512)
"""

import sys
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

LIMIT_S = 60
COMMITTED = [f"committed-{n}" for n in range(5)]
ABORTED = [f"aborted-{n}" for n in range(3)]


def produce(bootstrap, topic):
    """One committed transaction, then one aborted after its messages have reached the broker's log."""
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": "smoke"})
    producer.init_transactions(LIMIT_S)
    for keys, end in [(COMMITTED, producer.commit_transaction), (ABORTED, producer.abort_transaction)]:
        producer.begin_transaction()
        for key in keys:
            producer.produce(topic, key=key, value=f"value of {key}")
        if producer.flush(LIMIT_S):
            raise SystemExit(f"messages not delivered within {LIMIT_S} s")
        end(LIMIT_S)


def read(bootstrap, topic, isolation):
    """The keys of every message that a consumer with this isolation level sees, sorted."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "smoke",
            "isolation.level": isolation,
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    partitions = consumer.list_topics(topic, LIMIT_S).topics[topic].partitions
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
    keys, unfinished, deadline = [], set(partitions), time.monotonic() + LIMIT_S
    while unfinished:
        if time.monotonic() > deadline:
            raise SystemExit(f"{isolation}: partitions {unfinished} not read to their end within {LIMIT_S} s")
        message = consumer.poll(0.5)
        if message is None:
            continue
        if message.error() is None:
            keys.append(message.key().decode())
        elif message.error().code() == KafkaError._PARTITION_EOF:
            unfinished.discard(message.partition())
        else:
            raise KafkaException(message.error())
    consumer.close()
    return sorted(keys)


def verify(bootstrap, topic):
    """Committed messages are visible once; the aborted ones are in the log, but only read_uncommitted shows them."""
    for isolation, expected in [("read_committed", COMMITTED), ("read_uncommitted", ABORTED + COMMITTED)]:
        seen = read(bootstrap, topic, isolation)
        if seen != sorted(expected):
            raise SystemExit(f"{isolation} shows {seen}, expected {sorted(expected)}")


def credentials(bootstrap, user, password, ca_file=None):
    """The right password is let in, a wrong one refused with an authentication error."""
    security = (
        {"security.protocol": "SASL_SSL", "sasl.mechanism": "SCRAM-SHA-512", "ssl.ca.location": ca_file}
        if ca_file
        else {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN"}
    )
    for given, welcome in [(password, True), (password + "x", False)]:
        errors = []
        client = AdminClient(
            {
                "bootstrap.servers": bootstrap,
                **security,
                "sasl.username": user,
                "sasl.password": given,
                "error_cb": lambda error: errors.append(error.code()),
                "log_level": 0,
            }
        )
        try:
            client.list_topics(timeout=LIMIT_S if welcome else 5)
            admitted = True
        except KafkaException:
            client.poll(0)
            admitted = False
        if admitted != welcome:
            raise SystemExit(f"admitted: {admitted}, expected {welcome}; errors {errors}")
        if not welcome and KafkaError._AUTHENTICATION not in errors:
            raise SystemExit(f"refused, but not for the password: errors {errors}")


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    {"produce": produce, "verify": verify, "credentials": credentials}[command](*arguments)
