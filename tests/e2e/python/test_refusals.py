"""bacalhau_apiclient 0.3.25: what it raises when the requester says no."""

import json
import unittest

import urllib3
from bacalhau_apiclient.models import CancelRequest
from bacalhau_apiclient.rest import ApiException

from support import UNKNOWN_JOB, Client, Server, docker_job


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--clock", "scale:0.001")  # no job ends by itself
        cls.addClassCleanup(cls.server.stop)
        cls.client = Client(cls.server)
        cls.other = Client(cls.server)

    def assert_refused(self, status, call, *arguments, **more):
        """The exception that the call raises."""
        with self.assertRaises(ApiException) as raised:
            call(*arguments, **more)
        self.assertEqual(status, raised.exception.status)
        return raised.exception

    def assert_plain(self, status, text, call, *arguments):
        refusal = self.assert_refused(status, call, *arguments)
        self.assertEqual(f"{text}\n", refusal.body.decode())
        self.assertEqual("text/plain; charset=utf-8", refusal.headers["Content-Type"])

    def assert_error_object(self, status, code, text, call, *arguments, details=None):
        error = json.loads(self.assert_refused(status, call, *arguments).body)
        self.assertEqual({"Code": code, "Message": text, "Details": details or {}, "Err": text}, error)

    def assert_error(self, status, text, call, *arguments):
        self.assert_error_object(status, "error-unknown-server-error", text, call, *arguments)


class AnUnknownJob(Refusals):
    def test_states_of_an_unknown_job_are_refused_in_plain_text(self):
        self.assert_plain(500, f"Job not found. ID: {UNKNOWN_JOB}", self.client.state, UNKNOWN_JOB)

    def test_results_of_an_unknown_job_are_refused_in_plain_text(self):
        self.assert_plain(500, f"Job not found. ID: {UNKNOWN_JOB}", self.client.results, UNKNOWN_JOB)

    def test_events_of_an_unknown_job_are_refused_in_words_of_their_own(self):
        self.assert_plain(500, f"job not found: {UNKNOWN_JOB}", self.client.events, UNKNOWN_JOB)

    def test_a_list_of_an_unknown_job_is_refused_with_an_error_object(self):
        with self.assertRaises(ApiException) as raised:
            self.client.list(id=UNKNOWN_JOB)

        self.assertEqual(400, raised.exception.status)
        self.assertEqual({"Code": "error-job-not-found", "Message": f"Job not found. ID: {UNKNOWN_JOB}",
                          "Details": {"id": UNKNOWN_JOB}, "Err": f"Job not found. ID: {UNKNOWN_JOB}"},
                         json.loads(raised.exception.body))

    def test_cancel_of_an_unknown_job_is_refused_with_an_error_object(self):
        self.assert_error_object(400, "error-job-not-found", f"Job not found. ID: {UNKNOWN_JOB}",
                                 self.client.cancel, UNKNOWN_JOB, details={"id": UNKNOWN_JOB})

    def test_states_do_not_know_a_job_by_its_first_8_characters(self):
        short = self.client.submit().metadata.id[:8]

        self.assert_plain(500, f"Job not found. ID: {short}", self.client.state, short)


class ARefusedCancel(Refusals):
    def test_cancel_of_a_cancelled_job_is_refused(self):
        job_id = self.client.submit().metadata.id
        self.client.cancel(job_id)

        self.assert_plain(500, f"job {job_id} is already in a terminal state", self.client.cancel, job_id)

    def test_cancel_after_completion_is_refused(self):
        server = Server()
        self.addCleanup(server.stop)
        client = Client(server)
        job_id = client.submit().metadata.id
        client.ended(job_id)

        self.assert_plain(500, f"job {job_id} is already in a terminal state", client.cancel, job_id)
        self.assertEqual(("Completed", 5), (client.state(job_id).state, client.state(job_id).version))

    def test_cancel_of_another_clients_job_is_refused_and_the_job_goes_on(self):
        job_id = self.client.submit().metadata.id

        self.assert_error(403, f"mismatched client id: {self.other.id}", self.other.cancel, job_id)
        self.assertEqual("InProgress", self.client.state(job_id).state)

    def test_cancel_by_the_first_8_characters_finds_the_job_and_then_loses_it(self):
        short = self.client.submit().metadata.id[:8]

        self.assert_plain(500, f"job not found: {short}", self.client.cancel, short)

    def test_cancel_with_a_signature_over_something_else_is_refused(self):
        job_id = self.client.submit().metadata.id
        request = CancelRequest(client_public_key=self.client.public_key,
                                payload={"ClientID": self.client.id, "JobID": job_id},
                                signature=self.client.sign({"JobID": job_id}))

        self.assert_error(400, "error verifying request signature: client's signature is invalid: "
                               "crypto/rsa: verification error", self.client.api.cancel, request)
        self.assertEqual("InProgress", self.client.state(job_id).state)


class ARefusedSubmit(Refusals):
    def submit(self, payload, **changes):
        envelope = self.client.envelope(payload)
        for name, value in changes.items():
            setattr(envelope, name, value)
        return self.client.api.submit(envelope)

    def test_a_signature_over_something_else_is_refused(self):
        payload = self.client.payload()

        self.assert_error(400, "client's signature is invalid: crypto/rsa: verification error",
                          lambda: self.submit(payload, signature=self.client.sign({})))

    def test_a_signature_that_is_no_base64_is_refused(self):
        self.assert_error(400, "client's signature is invalid: failed to decode signature: "
                               "illegal base64 data at input byte 0",
                          lambda: self.submit(self.client.payload(), signature="?"))

    def test_a_payload_changed_after_signing_is_refused(self):
        changed = self.client.payload(docker_job(entrypoint=["rm", "-r", "/"]))

        self.assert_error(400, "client's signature is invalid: crypto/rsa: verification error",
                          lambda: self.submit(self.client.payload(), job_create_payload=changed))

    def test_a_public_key_with_its_header_left_on_is_refused(self):
        pem = self.client.key.publickey().export_key("PEM").decode()

        self.assert_error(400, "client's signature is invalid: failed to decode public key: x509: failed to parse "
                               "public key (use ParsePKIXPublicKey instead for this key format)",
                          lambda: self.submit(self.client.payload(),
                                              client_public_key="".join(pem.splitlines()[1:-1])))

    def test_another_clients_id_is_refused(self):
        self.assert_error(400, "client's public key does not match client ID",
                          lambda: self.submit({**self.client.payload(), "ClientID": self.other.id}))

    def test_a_payload_without_a_client_id_is_refused(self):
        self.assert_error(400, "job create payload must contain a client ID", lambda: self.submit({}))

    def test_a_job_without_a_deal_is_refused(self):
        payload = self.client.payload()
        del payload["Spec"]["Deal"]

        self.assert_error(400, "job deal is empty", lambda: self.submit(payload))

    def test_an_engine_that_does_not_exist_is_refused(self):
        payload = self.client.payload()
        payload["Spec"]["Engine"] = "Podman"

        self.assert_error(400, "executor: unknown engine type 'Podman'", lambda: self.submit(payload))

    def test_a_submit_without_a_payload_breaks_the_connection(self):
        with self.assertRaises(urllib3.exceptions.ProtocolError):
            self.client.api.submit({"signature": "", "client_public_key": ""})

        self.assertEqual("InProgress", self.client.state(self.client.submit().metadata.id).state)

    def test_a_refused_submit_leaves_no_job_behind(self):
        stranger = Client(self.server)

        with self.assertRaises(ApiException):
            stranger.api.submit(self.client.envelope(stranger.payload()))

        self.assertEqual([], stranger.list())


class TooFewNodes(Refusals):
    def test_more_nodes_than_there_are_is_refused_in_plain_text(self):
        self.assert_plain(500, "not enough nodes to run job. requested: 9, available: 3",
                          self.client.submit, docker_job(concurrency=9))

    def test_the_job_that_found_too_few_nodes_stands_as_failed(self):
        client = Client(self.server)

        refusal = self.assert_refused(500, client.submit, docker_job(concurrency=9))

        state = client.state(refusal.headers["X-Bacalhau-Job-Id"])
        self.assertEqual(("Error", 4), (state.state, state.version))
        self.assertIsNone(state.executions)
        self.assertEqual("not enough nodes to run job. requested: 9, available: 3",
                         client.events(state.job_id)[-1].comment)

    def test_the_job_that_found_too_few_nodes_stays_new_in_v0_3_24(self):
        server = Server("--dialect", "v0.3.24")
        self.addCleanup(server.stop)
        client = Client(server)

        refusal = self.assert_refused(500, client.submit, docker_job(concurrency=9))

        self.assertEqual(b"not enough nodes to run job. requested: 9, available: 3\n", refusal.body)
        state = client.state(refusal.headers["X-Bacalhau-Job-Id"])
        self.assertEqual(("New", 3), (state.state, state.version))
