import pytest
from kafka.errors import KafkaConnectionError

from services.kernel.topics import Described
from services.metrics.model import Partition
from services.metrics.positions import Positions, UnknownPartitionError

P, Q = Partition("cases.v1", 0), Partition("members.v1", 3)


class Topics:
    """A broker's topics, with the id that they have just now."""

    def __init__(self, **ids):
        self.ids = ids

    def describe(self, name):
        value = self.ids[name.partition(".")[0]]
        if isinstance(value, Exception):
            raise value
        return value and Described(value, 12)


async def arrange(see, topic_id="now", offset=700):
    await see.execute("UPDATE metrics.watermark SET sequence = 9, topic_id = $1, next_offset = $2 WHERE topic = 'cases.v1' AND partition = 0", topic_id, offset)


async def test_the_offset_beside_the_watermark_is_good_for_the_same_incarnation_of_the_topic(worker_database, see):
    await arrange(see)
    positions = Positions(worker_database, Topics(cases="now", members="m"))

    assert await positions.find([P, Q]) == {P: 700, Q: 0}
    assert positions.topic_id("cases.v1") == "now"


@pytest.mark.parametrize("told", ["another", None, KafkaConnectionError("no broker")])
async def test_for_any_other_incarnation_it_reads_from_the_beginning(worker_database, see, told):
    await arrange(see)

    assert await Positions(worker_database, Topics(cases=told)).find([P]) == {P: 0}


async def test_an_offset_of_nobody_knows_which_topic_is_no_hint(worker_database, see):
    await arrange(see, topic_id=None)

    assert await Positions(worker_database, Topics(cases=None)).find([P]) == {P: 0}


async def test_what_is_rewound_is_read_from_the_beginning(worker_database, see):
    await arrange(see)

    assert await Positions(worker_database, Topics(cases="now")).find([P], {P}) == {P: 0}


async def test_the_live_generations_watermarks_count(worker_database, see):
    await arrange(see)
    await see.execute("SELECT metrics.make_generation(2); UPDATE metrics.generation SET live = 2")

    assert await Positions(worker_database, Topics(cases="now")).find([P]) == {P: 0}


async def test_a_partition_without_a_watermark_is_an_error(worker_database):
    with pytest.raises(UnknownPartitionError):
        await Positions(worker_database, Topics(cases="now")).find([Partition("cases.v1", 12)])
