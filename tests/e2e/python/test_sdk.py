"""bacalhau_sdk 0.3.25 with a key of its own, set up by the environment alone, as its users do."""

import contextlib
import io
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

from bacalhau_apiclient.models import Deal, JobSpecDocker, JobSpecLanguage, Spec, StorageSpec
from bacalhau_apiclient.rest import ApiException

from support import TERMINAL, UNKNOWN_JOB, Client, Server, clean_environment, is_cid, wait_for


def job(client_id, concurrency=1):
    """The job that the sdk's own page shows."""
    return {
        "APIVersion": "V1beta1",
        "ClientID": client_id,
        "Spec": Spec(
            engine="Docker", verifier="Noop", publisher="Estuary",
            docker=JobSpecDocker(image="ubuntu", entrypoint=["echo", "Hello World!"]),
            language=JobSpecLanguage(job_context=None), wasm=None, resources=None, timeout=1800,
            outputs=[StorageSpec(storage_source="IPFS", name="outputs", path="/outputs")],
            deal=Deal(concurrency=concurrency, confidence=0, min_bids=0), do_not_track=False,
        ),
    }


class TheSdk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        folder = tempfile.TemporaryDirectory()  # the sdk fails on a BACALHAU_DIR that is not there
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.environment = clean_environment(BACALHAU_DIR=folder.name, BACALHAU_API_HOST="127.0.0.1",
                                            BACALHAU_API_PORT=str(cls.server.port), HOME=folder.name)
        patch = unittest.mock.patch.dict(os.environ, cls.environment, clear=True)
        patch.start()
        cls.addClassCleanup(patch.stop)
        from bacalhau_sdk import api, config  # reads the environment, makes the key
        cls.api = api
        cls.client_id = config.get_client_id()

    def submit(self):
        return self.api.submit(job(self.client_id)).job.metadata.id

    def ended(self, job_id):
        return wait_for("the end of the job", lambda: next(
            (state for state in [self.api.states(job_id).state] if state.state in TERMINAL), None))

    def assert_gives_up(self, call, message):
        """It prints what went wrong, then stumbles over its own missing answer."""
        with contextlib.redirect_stdout(io.StringIO()) as printed, self.assertRaises(UnboundLocalError):
            call(UNKNOWN_JOB)
        self.assertIn(message, printed.getvalue())
        self.assertIn("(500)", printed.getvalue())

    def test_the_sdk_makes_a_key_of_its_own(self):
        key = self.folder / "user_id.pem"

        self.assertEqual(0o600, stat.S_IMODE(key.stat().st_mode))
        self.assertEqual(64, len(self.client_id))

    def test_a_job_of_the_sdk_is_taken_under_its_client_id(self):
        submitted = self.api.submit(job(self.client_id)).job

        self.assertEqual(self.client_id, submitted.metadata.client_id)
        self.assertEqual(["echo", "Hello World!"], submitted.spec.docker.entrypoint)
        self.assertEqual([("outputs", "/outputs")], [(o.name, o.path) for o in submitted.spec.outputs])

    def test_a_job_of_the_sdk_completes_with_a_result(self):
        job_id = self.submit()

        state = self.ended(job_id)
        results = self.api.results(job_id).results

        self.assertEqual("Completed", state.state)
        self.assertEqual(1, len(results))
        self.assertTrue(is_cid(results[0].data.cid))

    def test_events_tell_the_sdk_the_way_to_the_end(self):
        job_id = self.submit()
        self.ended(job_id)

        events = self.api.events(job_id).events

        self.assertEqual([None, "Queued", None, "InProgress", "Completed"],
                         [event.job_state.new for event in events if event.type == "JobLevel"])

    def test_the_sdk_lists_up_to_five_jobs_of_its_own(self):
        Client(self.server).submit()
        for _ in range(6):
            self.submit()

        jobs = self.api.list().jobs

        self.assertEqual(5, len(jobs))
        self.assertEqual({self.client_id}, {entry.job.metadata.client_id for entry in jobs})

    def test_too_few_nodes_raise_an_exception_in_submit(self):
        with self.assertRaises(ApiException) as raised:
            self.api.submit(job(self.client_id, concurrency=9))

        self.assertEqual(500, raised.exception.status)
        self.assertEqual(b"not enough nodes to run job. requested: 9, available: 3\n", raised.exception.body)

    def test_another_clients_id_raises_an_exception_in_submit(self):
        with self.assertRaises(ApiException) as raised:
            self.api.submit(job("0" * 64))

        self.assertEqual(400, raised.exception.status)
        self.assertEqual("client's public key does not match client ID",
                         json.loads(raised.exception.body)["Message"])

    def test_states_of_an_unknown_job_make_the_sdk_give_up(self):
        self.assert_gives_up(self.api.states, "Exception when calling JobApi->states")

    def test_results_of_an_unknown_job_make_the_sdk_give_up(self):
        self.assert_gives_up(self.api.results, "Exception when calling JobApi->results")

    def test_events_of_an_unknown_job_make_the_sdk_give_up(self):
        self.assert_gives_up(self.api.events, "Exception when calling JobApi->events")

    def test_a_second_process_with_the_same_key_sees_the_same_jobs(self):
        job_id = self.submit()

        state = subprocess.run(
            [sys.executable, "-c", f"from bacalhau_sdk.api import states; print(states({job_id!r}).state.job_id)"],
            env=self.environment, capture_output=True, text=True, timeout=60, check=True)

        self.assertEqual(job_id, state.stdout.strip())
