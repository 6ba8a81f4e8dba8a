"""The event stream, read by python3-websockets: a client that knows nothing of this server."""

import asyncio
import json
import random
import unittest

import websockets
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatusCode

from support import DEADLINE, UNKNOWN_JOB, Client, Server

SEED = 7  # of the random messages
PATH = "/requester/websocket/events"


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, DEADLINE))


async def read_until(stream, name):
    """The messages up to the first of that event."""
    messages = []
    while not messages or messages[-1].get("EventName") != name:
        messages.append(json.loads(await stream.recv()))
    return messages


def random_message(random):
    """Text, binary or a message in fragments, of any size that a frame's length can be written in."""
    size = random.choice([0, 1, 125, 126, 127, 65535, 65536, random.randrange(200_000)])
    data = random.randbytes(size) if random.random() < 0.5 else "x" * size
    if random.random() < 0.5:
        return data
    cuts = sorted(random.randrange(size + 1) for _ in range(random.randrange(1, 4)))
    return [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, size])]


class Stream(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)

    def stream(self, job_id=None, **options):
        query = f"?job_id={job_id}" if job_id else ""
        return websockets.connect(f"ws://127.0.0.1:{self.server.port}{PATH}{query}", **options)

    def test_a_stream_follows_a_job_from_created_to_published(self):
        client = Client(self.server)

        async def follow():
            async with self.stream() as stream:
                job = await asyncio.to_thread(client.submit)
                return job.metadata.id, await read_until(stream, "ResultsPublished")

        job_id, messages = run(follow())

        self.assertEqual({job_id}, {message["JobID"] for message in messages})
        self.assertEqual("Created", messages[0]["EventName"])

    def test_a_stream_of_a_job_begins_with_its_history(self):
        client = Client(self.server)
        job_id = client.submit().metadata.id

        async def first():
            async with self.stream(job_id) as stream:
                return json.loads(await stream.recv())

        message = run(first())

        self.assertEqual((job_id, "JobLevel"), (message["JobID"], message["Type"]))

    def test_random_messages_are_passed_over_and_pings_answered(self):
        draw = random.Random(SEED)

        async def talk():
            async with self.stream(max_size=None) as stream:
                for _ in range(200):
                    await stream.send(random_message(draw))
                    if draw.random() < 0.2:
                        await (await stream.ping(draw.randbytes(draw.randrange(126))))
                await (await stream.ping())

        run(talk())

    def test_a_close_is_answered_with_its_own_code(self):
        async def close(code):
            async with self.stream() as stream:
                await stream.close(code, "enough")
                return stream.close_code

        self.assertEqual([1000, 1001, 4321], [run(close(code)) for code in (1000, 1001, 4321)])

    def test_a_violation_is_answered_with_1002_and_its_reason(self):
        async def violate():
            async with self.stream() as stream:
                stream.transport.write(b"\x83\x80\0\0\0\0")
                with self.assertRaises(ConnectionClosedError) as closed:
                    await stream.recv()
                return closed.exception.rcvd.code, closed.exception.rcvd.reason

        self.assertEqual((1002, "bad opcode 3"), run(violate()))

    def test_a_stream_of_an_unknown_job_ends_without_a_close_frame(self):
        async def read():
            async with self.stream(UNKNOWN_JOB) as stream:
                with self.assertRaises(ConnectionClosed) as closed:
                    await stream.recv()
                return closed.exception.rcvd

        self.assertIsNone(run(read()))

    def test_another_origin_is_refused(self):
        async def connect():
            with self.assertRaises(InvalidStatusCode) as refused:
                async with self.stream(origin="http://elsewhere"):
                    pass
            return refused.exception.status_code

        self.assertEqual(403, run(connect()))


if __name__ == "__main__":
    unittest.main()
