"""The dialect `documented` as the client of its time reads it."""

import json
import os
import pathlib
import subprocess
import unittest
import urllib.request

from support import DEADLINE, Client, Server, clean_environment, is_cid, wait_for

PYTHON = os.environ.get("MOCK_REQUESTER_DOCUMENTED_PYTHON")
READER = pathlib.Path(__file__).with_name("documented_client.py")


def has_completed(server, client, job_id):
    asked = json.dumps({"client_id": client.id, "job_id": job_id}).encode()
    with urllib.request.urlopen(f"{server.url}/requester/states", asked, DEADLINE) as reply:
        return b'"State":"Completed"' in reply.read()


@unittest.skipUnless(PYTHON, "its environment is made by run-python")
class TheClientOfItsTime(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--dialect", "documented")
        cls.addClassCleanup(cls.server.stop)
        client = Client(cls.server)
        cls.job_id = client.submit().metadata.id
        wait_for("the result", lambda: has_completed(cls.server, client, cls.job_id))
        command = [PYTHON, str(READER), cls.server.url, client.id, cls.job_id]
        cls.read = json.loads(subprocess.run(command, env=clean_environment(), check=True, timeout=DEADLINE,
                                             stdout=subprocess.PIPE).stdout)

    def test_the_documented_client_is_of_its_time(self):
        self.assertEqual(self.read["version"], "0.3.18.post4")

    def test_the_documented_client_lists_jobs(self):
        self.assertEqual(self.read["jobs"], [["Job", self.job_id]])

    def test_the_documented_client_reads_shards(self):
        shards = self.read["shards"]
        for node, (kind, node_id, execution, _) in shards.items():
            self.assertEqual((kind, node_id, execution[:2]), ("JobShardState", node, "e-"))
        self.assertEqual([row[3] for row in shards.values() if row[3]], [True])

    def test_the_documented_client_reads_events(self):
        events = self.read["events"]
        self.assertGreaterEqual(len(events), 6)
        self.assertEqual({(kind, job_id) for kind, job_id, *_ in events}, {("JobEvent", self.job_id)})
        self.assertTrue(all(source and time for _, _, source, _, time in events))

    def test_the_documented_client_reads_results(self):
        [[node, name, cid]] = self.read["results"]
        self.assertEqual(name, f"job-{self.job_id}-shard-0-host-{node}")
        self.assertTrue(is_cid(cid))
