"""What the tests share: a server of one's own, a client with a key of its own, waiting with a deadline.

The client signs as bacalhau_sdk does, but holds its key itself, so that a test can be two clients at once.
"""

import atexit
import base64
import itertools
import json
import os
import pathlib
import subprocess
import tempfile
import time

import bacalhau_apiclient
from bacalhau_apiclient.models import (
    CancelRequest, Deal, EventsRequest, JobSpecDocker, ListRequest, Spec, StateRequest, SubmitRequest,
)
from Crypto.Hash import SHA256
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15

PROGRAM = os.environ["MOCK_REQUESTER_BIN"]
DEADLINE = 15.0  # seconds; nothing here takes more than two
TERMINAL = {"Completed", "CompletedPartially", "Error", "Cancelled"}
UNKNOWN_JOB = "b6f7e55c-3a29-4c0b-9f3a-000000000000"


def wait_for(what, probe, deadline=DEADLINE):
    """Asks `probe` until it answers something true, which is returned; `what` names it if it never does."""
    end = time.monotonic() + deadline
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline} s in vain for {what}")
        time.sleep(0.01)


def clean_environment(**more):
    """This process's environment without anything that would set up the server or a client."""
    kept = {k: v for k, v in os.environ.items()
            if not k.startswith(("MOCK_REQUESTER_", "BACALHAU_")) and not k.lower().endswith("_proxy")}
    return {**kept, **more}


keys = []  # they take most of a second to make; servers know nothing of each other, so all start at the first


class Server:
    """The real program on a free port, in a folder with these files; stop() fails if it did not end as it should."""

    def __init__(self, *options, files=None):
        self.folder = tempfile.TemporaryDirectory(prefix="mock-requester-")
        for name, text in (files or {}).items():
            pathlib.Path(self.folder.name, name).write_text(text)
        port_file = pathlib.Path(self.folder.name, "port")
        self.log = pathlib.Path(self.folder.name, "log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "--port", "0", "--port-file", str(port_file), *options],
                cwd=self.folder.name, env=clean_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        atexit.register(self.process.kill)  # does nothing to one that has ended
        try:
            wait_for("the port file", lambda: port_file.exists() or self.process.poll() is not None)
            self.port = int(port_file.read_text())
        except Exception as problem:
            self.process.kill()
            self.process.wait()
            raise RuntimeError(f"the server did not start: {self.log.read_text()}") from problem
        self.url = f"http://127.0.0.1:{self.port}"
        self.clients = itertools.count()

    def new_key(self):
        """A key that no other client of this server has."""
        place = next(self.clients)
        while len(keys) <= place:
            keys.append(RSA.generate(2048))
        return keys[place]

    def stop(self):
        self.process.terminate()
        try:
            status = self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        log = self.log.read_text(errors="replace")
        self.folder.cleanup()
        if status != 0:
            raise AssertionError(f"the server ended with {status}:\n{log[-4000:]}")


class Client:
    """bacalhau_apiclient.JobApi as one user: a key, a client id, one connection pool."""

    def __init__(self, server, host=None):
        configuration = bacalhau_apiclient.Configuration()
        configuration.host = host or server.url
        self.http = bacalhau_apiclient.ApiClient(configuration)
        self.api = bacalhau_apiclient.JobApi(self.http)
        self.key = server.new_key()
        self.id = SHA256.new(self.key.n.to_bytes(self.key.size_in_bytes(), "big")).hexdigest()
        pem = self.key.publickey().export_key("PEM").decode()
        self.public_key = "".join(pem.splitlines()[1:-1])[32:]

    def sign(self, payload):
        text = json.dumps(payload, separators=(", ", ": ")).encode()
        return base64.b64encode(pkcs1_15.new(self.key).sign(SHA256.new(text))).decode()

    def payload(self, spec=None, **more):
        job = {"APIVersion": "V1beta1", "ClientID": self.id, "Spec": spec or docker_job(), **more}
        return self.http.sanitize_for_serialization(job)

    def envelope(self, payload):
        return SubmitRequest(client_public_key=self.public_key, job_create_payload=payload,
                             signature=self.sign(payload))

    def submit(self, spec=None):
        return self.api.submit(self.envelope(self.payload(spec))).job

    def list(self, **more):
        wanted = {"client_id": self.id, "max_jobs": 10, "return_all": False, "sort_by": "created_at",
                  "sort_reverse": True, "include_tags": [], "exclude_tags": [], **more}
        return self.api.list(ListRequest(**wanted)).jobs

    def state(self, job_id):
        return self.api.states(StateRequest(client_id=self.id, job_id=job_id)).state

    def events(self, job_id):
        return self.api.events(EventsRequest(client_id=self.id, job_id=job_id)).events

    def results(self, job_id):
        return self.api.results(StateRequest(client_id=self.id, job_id=job_id)).results

    def cancel(self, job_id, reason="no longer wanted"):
        payload = {"ClientID": self.id, "JobID": job_id, "Reason": reason}
        return self.api.cancel(CancelRequest(client_public_key=self.public_key, payload=payload,
                                             signature=self.sign(payload))).state

    def ended(self, job_id):
        """The job's state once it is terminal."""
        def probe():
            state = self.state(job_id)
            return state if state.state in TERMINAL else None
        return wait_for(f"the end of job {job_id}", probe)


def docker_job(concurrency=1, entrypoint=("echo", "hello"), **more):
    return Spec(engine="Docker", verifier="Noop", publisher="Ipfs",
                docker=JobSpecDocker(image="ubuntu", entrypoint=list(entrypoint)),
                deal=Deal(concurrency=concurrency, confidence=0, min_bids=0), **more)


def is_cid(text):
    """A CIDv0: the base58 of a SHA-256 multihash."""
    letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    if len(text) != 46 or any(letter not in letters for letter in text):
        return False
    number = 0
    for letter in text:
        number = number * 58 + letters.index(letter)
    return number.to_bytes(34, "big")[:2] == b"\x12\x20"
