"""bacalhau_apiclient 0.3.25: what it takes for granted below the calls."""

import concurrent.futures
import unittest

from bacalhau_apiclient.models import ListRequest

from support import Client, Server, docker_job


def port_seen(headers):
    """The client's port as the server sees it: it changes with the connection."""
    return headers["X-Rate-Limit-Request-Remote-Addr"]


class Transport(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--clock", "scale:0.001", "--rate-limit", "on")
        cls.addClassCleanup(cls.server.stop)

    def test_a_host_that_ends_in_a_slash_is_redirected_and_stays_a_post(self):
        client = Client(self.server, host=self.server.url + "/")

        response = client.api.list({"client_id": client.id}, _preload_content=False)

        self.assertEqual([("POST", 301, "/requester/list")],
                         [(step.method, step.status, step.redirect_location) for step in response.retries.history])
        self.assertEqual((200, b'{"jobs":[]}\n'), (response.status, response.data))

    def test_a_signed_submit_survives_the_redirect(self):
        client = Client(self.server, host=self.server.url + "/")

        job = client.submit()

        self.assertEqual("InProgress", client.state(job.metadata.id).state)

    def test_one_connection_carries_all_calls(self):
        client = Client(self.server)
        request = ListRequest(client_id=client.id)

        ports = {port_seen(client.api.list_with_http_info(request)[2]) for _ in range(20)}

        self.assertEqual(1, len(ports))

    def test_a_refusal_keeps_the_connection(self):
        client = Client(self.server)
        _, _, before = client.api.list_with_http_info(ListRequest(client_id=client.id))

        with self.assertRaises(Exception):
            client.submit(docker_job(concurrency=9))

        _, _, after = client.api.list_with_http_info(ListRequest(client_id=client.id))
        self.assertEqual(port_seen(before), port_seen(after))

    def test_a_long_answer_comes_in_chunks_and_whole(self):
        client = Client(self.server)
        jobs = {client.submit().metadata.id for _ in range(30)}

        answer, status, headers = client.api.list_with_http_info(ListRequest(client_id=client.id))

        self.assertEqual((200, "chunked"), (status, headers["Transfer-Encoding"]))
        self.assertEqual(jobs, {entry.job.metadata.id for entry in answer.jobs})

    def test_a_short_answer_comes_with_its_length(self):
        client = Client(self.server)

        _, _, headers = client.api.list_with_http_info(ListRequest(client_id=client.id))

        self.assertEqual(str(len('{"jobs":[]}\n')), headers["Content-Length"])

    def test_answers_are_json_under_the_name_of_plain_text(self):
        client = Client(self.server)

        _, _, headers = client.api.list_with_http_info(ListRequest(client_id=client.id))

        self.assertEqual("text/plain; charset=utf-8", headers["Content-Type"])

    def test_submit_names_client_and_job_in_its_headers(self):
        client = Client(self.server)

        answer, _, headers = client.api.submit_with_http_info(client.envelope(client.payload()))

        self.assertEqual((client.id, answer.job.metadata.id),
                         (headers["X-Bacalhau-Client-Id"], headers["X-Bacalhau-Job-Id"]))

    def test_text_beyond_ascii_is_signed_and_comes_back_as_it_was(self):
        client = Client(self.server)
        words = ["echo", "Grüße <b>&</b>", "日本語 🦆", 'quote " backslash \\ tab \t', "\u2028\x7f"]

        job = client.submit(docker_job(entrypoint=words))

        self.assertEqual(words, job.spec.docker.entrypoint)
        self.assertEqual(words, client.list()[0].job.spec.docker.entrypoint)

    def test_keys_in_lower_case_are_understood_at_every_depth(self):
        client = Client(self.server)
        payload = {"apiversion": "V1beta1", "clientid": client.id,
                   "spec": {"engine": "Docker", "verifier": "Noop", "publisher": "Estuary",
                            "docker": {"image": "ubuntu", "entrypoint": ["date"]}, "deal": {"concurrency": 1},
                            "inputs": [{"cid": "QmTVmC7JBD2ES2qGPqBNVWnX1KeEPNrPGb7rJ8cpFgtefe", "path": "/in",
                                        "storagesource": "IPFS"}]}}

        job = client.api.submit(client.envelope(payload)).job

        self.assertEqual(("ubuntu", ["date"]), (job.spec.docker.image, job.spec.docker.entrypoint))
        self.assertEqual([("IPFS", "/in")], [(i.storage_source, i.path) for i in job.spec.inputs])

    def test_many_clients_at_once_each_get_their_own_jobs(self):
        clients = [Client(self.server) for _ in range(8)]

        def session(client):
            submitted = {client.submit().metadata.id for _ in range(5)}
            return submitted, {entry.job.metadata.id for entry in client.list()}

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            sessions = list(pool.map(session, clients))

        for submitted, listed in sessions:
            self.assertEqual(submitted, listed)
        self.assertEqual(40, len(set.union(*(submitted for submitted, _ in sessions))))
