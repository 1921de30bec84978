"""confluent-kafka (librdkafka), msgspec and a dict: about what one core can do in Python."""

from confluent_kafka import Consumer

from tests.bench.peers.sums import Course, Sums, arguments, decode, group, text_of


def main() -> None:
    servers, topic, facts = arguments()
    course, sums = Course(facts), Sums()
    consumer = Consumer({"bootstrap.servers": servers, "group.id": group(topic), "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.subscribe([topic])
    done = False
    while not done:
        messages = consumer.consume(5000, timeout=0.1)
        for message in messages:
            sums.add(decode(message.value()))
        done = course.add(len(messages))
    course.end({text_of(cell): value for cell, value in sums.items()})
    consumer.close()


if __name__ == "__main__":
    main()
