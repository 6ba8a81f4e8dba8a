"""What the generated client makes of each way in which an answer can go wrong."""

import json
import pathlib
import tempfile
import unittest

import urllib3
from bacalhau_apiclient.models import StateRequest
from bacalhau_apiclient.rest import ApiException

from support import Client, Server

# Errors of the connection come through urllib3; retries would hide how often it was tried.
BROKEN = (urllib3.exceptions.ProtocolError, urllib3.exceptions.MaxRetryError)

BREAKS = {
    "EMPTY_RESPONSE": BROKEN,
    "CONNECTION_RESET_BY_PEER": BROKEN,
    "MALFORMED_RESPONSE_CHUNK": BROKEN,
    "RANDOM_DATA_THEN_CLOSE": BROKEN,
    "TRUNCATED_HEAD": BROKEN,
    "RESET_IN_BODY": BROKEN,
    "HANG": urllib3.exceptions.ReadTimeoutError,
}

# A status that is none of success is an ApiException; a 200 that is no JSON object breaks the deserializer.
PRESETS = {
    "rate-limited": (429, "You have reached maximum request limit."),
    "handler-timeout": (503, "Server Timeout!"),
    "job-not-found": (500, "Job not found. ID: some-job-id\n"),
    "not-enough-nodes": (500, "not enough nodes to run job. requested: 1, available: 0\n"),
    "plain-500": (500, "internal server error\n"),
    "gateway-html": (502, "<html>"),
    "null-error": (500, "null\n"),
    "empty-object-error": (500, "{}\n"),
}

BAD_BODIES = ("empty-200", "bad-json")


class Faults(unittest.TestCase):
    def serve(self, *faults, options=()):
        folder = tempfile.TemporaryDirectory(prefix="faults-")
        self.addCleanup(folder.cleanup)
        scenario = pathlib.Path(folder.name, "faults.json")
        scenario.write_text(json.dumps({"version": 1, "faults": list(faults)}))
        server = Server("--signatures", "off", *options, str(scenario))
        self.addCleanup(server.stop)
        client = Client(server)
        client.http.rest_client.pool_manager.connection_pool_kw["retries"] = False
        return client

    def states(self, client, **more):
        return client.api.states(StateRequest(client_id=client.id, job_id="some-job-id"), **more)

    def test_each_break_is_an_error_of_the_connection(self):
        client = self.serve(*({"name": name.replace("_", "-"), "on": "states", "count": 1, "break": name}
                              for name in BREAKS))
        for name, wanted in BREAKS.items():
            with self.subTest(name), self.assertRaises(wanted):
                self.states(client, _request_timeout=(5, 0.3) if name == "HANG" else None)
        with self.assertRaises(ApiException):  # and then all is as ever
            self.states(client)

    def test_half_a_body_is_an_incomplete_read_or_no_object(self):
        for name in ("TRUNCATED_BODY", "WRONG_LENGTH"):
            with self.subTest(name):
                client = self.serve({"on": "list", "break": name})
                with self.assertRaises((*BROKEN, TypeError, AttributeError, ValueError)):
                    client.list()[0]

    def test_each_error_preset_is_an_api_exception_with_its_body(self):
        client = self.serve(*({"name": name, "on": "states", "count": 1, "preset": name} for name in PRESETS))
        for name, (status, body) in PRESETS.items():
            with self.subTest(name):
                with self.assertRaises(ApiException) as caught:
                    self.states(client)
                self.assertEqual(caught.exception.status, status)
                self.assertTrue(caught.exception.body.decode().startswith(body), caught.exception.body)

    def test_a_bad_body_is_a_type_error(self):
        client = self.serve(*({"name": name, "on": "states", "count": 1, "preset": name} for name in BAD_BODIES))
        for name in BAD_BODIES:
            with self.subTest(name), self.assertRaises(TypeError):
                self.states(client)

    def test_a_truncated_chunk_is_an_error_of_the_connection(self):
        client = self.serve({"on": "states", "preset": "truncated-chunk"})
        with self.assertRaises(BROKEN):
            self.states(client)

    def test_a_list_is_empty_once(self):
        client = self.serve({"on": "list", "count": 1, "preset": "list-empty"})
        job = client.submit()
        self.assertEqual(client.list(), [])
        self.assertEqual([found.job.metadata.id for found in client.list()], [job.metadata.id])

    def test_the_write_deadline_closes_the_connection_after_20_seconds_of_its_clock(self):
        client = self.serve({"on": "states", "preset": "write-deadline"}, options=("--clock", "scale:100"))
        with self.assertRaises(BROKEN):
            self.states(client)

    def test_a_trickle_arrives_whole(self):
        client = self.serve({"on": "submit", "trickle": {"bytes": 200, "every": "5ms"}})
        self.assertTrue(client.submit().metadata.id)

    def test_a_patch_reaches_the_client(self):
        client = self.serve({"on": "states", "patch": [{"op": "replace", "path": "/state/State", "value": "Odd"}]})
        self.assertEqual(client.state(client.submit().metadata.id).state, "Odd")


if __name__ == "__main__":
    unittest.main()
