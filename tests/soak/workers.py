"""The kinds of clients. Each runs in a process of its own until the time is over, and counts its exchanges and what went wrong.

A worker is a function of a Beat, which paces it. What it finds wrong goes to beat.wrong(text); a broken connection, which a
restart of the requester is the reason for, is tried again on a new one."""
import json
import os
import random
import socket
import struct
import time

import client
from client import Client, Closed

API = "/requester/"
RESTART_AFTER = 11  # seconds after each load: `restart` in scenario.json
TEXTS_MAX, TEXT_MAX = 100, 300  # what is said of errors; a pipe has room for it
SLACK = 3  # seconds between what the clock says and what a client sees


class Beat:
    """Pace, end and counts of one worker."""

    def __init__(self, shared, port, rate, seed):
        self.shared, self.port, self.rate = shared, port, rate
        self.random = random.Random(seed)
        self.number = seed
        self.next = time.monotonic()
        self.repeated = False  # the last exchange was tried before

    def goes_on(self):
        """Waits for the moment of the next exchange. False: the time is over."""
        self.next = max(self.next + 1 / self.rate, time.monotonic() - 1)
        left = self.next - time.monotonic()
        if left > 0:
            time.sleep(left)
        return time.monotonic() < self.shared.end.value

    def count(self, n=1):
        with self.shared.done.get_lock():
            self.shared.done.value += n

    def wrong(self, text):
        if time.monotonic() >= self.shared.end.value:
            return
        with self.shared.errors.get_lock():
            self.shared.errors.value += 1
            first = self.shared.errors.value <= TEXTS_MAX
        if first:
            self.shared.texts.put(text[:TEXT_MAX])

    def restarted(self, since):
        """True if the requester may have restarted, and forgotten all jobs, after that moment."""
        now = time.monotonic()
        return any(load and since <= load + RESTART_AFTER + SLACK and now >= load + RESTART_AFTER - SLACK
                   for load in self.shared.loads)

    def ask(self, to, method, target, body=b"", headers=""):
        """Status and body. None and the reason: the connection broke three times in a row, or the time is over."""
        for attempt in range(3):
            self.repeated = attempt > 0
            try:
                reply = to.ask(method, target, body, headers)
                self.count()
                return reply
            except Closed as e:
                last = e
        return None, str(last).encode()


# ---- the requester API -------------------------------------------------------------------------------------


def jobs(beat):
    """Whole lives of jobs in the default world. No reply may differ from what a network without faults gives."""
    to = Client(beat.port)
    name = f"good-{beat.number}"
    while beat.goes_on():
        since = time.monotonic()
        long = beat.random.random() < 0.2
        status, reply = beat.ask(to, "POST", API + "submit", client.submit_body(name, ["mock:long"] if long else []))
        if status != 200:
            beat.wrong(f"submit: {status} {reply[:200]}")
            continue
        job = json.loads(reply)["job"]["Metadata"]["ID"]
        (cancel if long else follow)(beat, to, name, job, since)
        if beat.random.random() < 0.1:
            listed(beat, to, name)
    to.close()


def read(beat, to, endpoint, name, job, since):
    """The body, or None: it is not there, for the requester has restarted."""
    if not beat.goes_on():
        return None
    status, reply = beat.ask(to, "POST", API + endpoint, {"client_id": name, "job_id": job})
    if status == 200:
        return reply
    if not beat.restarted(since):
        beat.wrong(f"{endpoint} of {job}: {status} {reply[:200]}")
    return None


def follow(beat, to, name, job, since):
    state = b""
    while b'"State":"Completed","Version":5' not in state:
        state = read(beat, to, "states", name, job, since)
        if state is None:
            return
        if time.monotonic() - since > 10:
            beat.wrong(f"{job} does not end: {state[:200]}")
            return
    events = read(beat, to, "events", name, job, since)
    results = read(beat, to, "results", name, job, since)
    if events is not None and b"ResultAccepted" not in events:
        beat.wrong(f"events of {job}: {events[:200]}")
    if results is not None and b'"CID":"Qm' not in results:
        beat.wrong(f"results of {job}: {results[:200]}")


def cancel(beat, to, name, job, since):
    status, reply = beat.ask(to, "POST", API + "cancel", client.cancel_body(name, job))
    if status != 200 and not beat.restarted(since):
        beat.wrong(f"cancel: {status} {reply[:200]}")


def listed(beat, to, name):
    status, reply = beat.ask(to, "POST", API + "list", {"client_id": name, "max_jobs": 10, "sort_by": "created_at"})
    if status != 200:
        beat.wrong(f"list: {status} {reply[:200]}")


def faulty(beat):
    """Clients whom faults are meant for: anything may come, but nothing may hang for ever."""
    name, job = f"faulty-{beat.number}", "00000000"
    while beat.goes_on():
        to = Client(beat.port)
        for endpoint in ("submit", "states", "events", "results", "list", "cancel"):
            body = {"submit": client.submit_body(name), "cancel": client.cancel_body(name, job),
                    "list": {"client_id": name, "max_jobs": 5}}.get(endpoint, {"client_id": name, "job_id": job})
            try:
                if not to.sock:
                    to.connect()
                    to.sock.settimeout(1)
                status, reply = to.ask("POST", API + endpoint, body)
                if endpoint == "submit" and status == 200:
                    job = json.loads(reply)["job"]["Metadata"]["ID"]
            except (OSError, Closed, ValueError):
                pass
            beat.count()
        to.close()


# ---- the control API ----------------------------------------------------------------------------------------


def control(beat):
    """Calls that read and write the default world."""
    to = Client(beat.port)
    fault = {"name": f"x-{beat.number}", "on": "states", "match": {"client_id": "nobody"}, "preset": "plain-500", "ttl": "30s"}
    calls = [("GET", "health"), ("GET", "clock"), ("GET", "clock/upcoming?limit=20"), ("GET", "gates"), ("GET", "jobs?limit=20"),
             ("GET", "requests?limit=20"), ("GET", "verdict"), ("POST", "gates/go"), ("GET", "openapi.json"), ("GET", "scenario"),
             ("GET", "faults"), ("GET", "sessions"), ("GET", "scenarios"), ("GET", "fixture"), ("GET", "")]
    weights = [9, 9, 5, 5, 9, 9, 5, 2, 1, 2, 5, 5, 1, 0.2, 1]
    while beat.goes_on():
        method, call = beat.random.choices(calls, weights)[0]
        expect(beat, to, method, "/__mock/" + call, b"", 200)
        if beat.random.random() < 0.01:
            expect(beat, to, "POST", "/__mock/faults", fault, 201, 409)
            expect(beat, to, "DELETE", f"/__mock/faults/{fault['name']}", b"", 200, 404)
            expect(beat, to, "GET", "/__mock/nowhere", b"", 404)
            expect(beat, to, "POST", "/__mock/clock/advance", {"by": "1s"}, 409)
            expect(beat, to, "POST", "/__mock/jobs", b"{", 400, 422)
    to.close()


def expect(beat, to, method, target, body, *statuses):
    status, reply = beat.ask(to, method, target, body)
    if status not in statuses and not (status and beat.repeated):  # the first one may have been served before it broke
        beat.wrong(f"{method} {target}: {status} {reply[:200]}")
    return reply if status in statuses else b"{}"


def sessions(beat):
    """A session from its beginning to its end: a world with a clock of its own."""
    to, n = Client(beat.port), 0
    while beat.goes_on():
        n += 1
        session(beat, to, f"session-{beat.number}-{n}")
    to.close()


def session(beat, to, name):
    query, path = f"?session={name}", "/__mock/"
    scenario = {"version": 1, "jobs": [{"name": "slow", "steps": [{"after": "1h", "job": "Completed"}]}]}
    expect(beat, to, "POST", path + "sessions",
           {"client_id": name, "scenario": scenario, "clock": "manual", "seed": 7, "signatures": "off", "ttl": "1m"}, 201)
    reply = expect(beat, to, "POST", API + "submit", client.submit_body(name, ["mock:slow"]), 200)
    job = json.loads(reply).get("job", {}).get("Metadata", {}).get("ID", "")
    expect(beat, to, "POST", path + "faults" + query, {"name": "one", "on": "states", "count": 1, "preset": "plain-500"}, 201)
    expect(beat, to, "POST", API + "states", {"client_id": name, "job_id": job}, 500)
    expect(beat, to, "POST", path + "clock/advance" + query, {"until": "idle"}, 200)
    state = expect(beat, to, "POST", API + "states", {"client_id": name, "job_id": job}, 200)
    if b'"State":"Completed"' not in state:
        beat.wrong(f"states in {name}: {state[:200]}")
    expect(beat, to, "POST", path + "jobs/await" + query, {"job": job, "state": "Completed", "within": "1s"}, 200)
    expect(beat, to, "GET", path + "requests" + query, b"", 200)
    expect(beat, to, "POST", path + "reset" + query, b"", 200)
    if beat.random.random() < 0.9:  # the others end by their ttl
        expect(beat, to, "DELETE", path + f"sessions/{name}", b"", 200)


# ---- clients that behave badly --------------------------------------------------------------------------------


def slow(beat):
    """Connections that stop in the middle of something, or leave without a word. At most 40 at a time."""
    held = []
    while beat.goes_on():
        if len(held) >= 40:
            leave(beat, held.pop(beat.random.randrange(len(held))))
        try:
            sock = socket.create_connection(("127.0.0.1", beat.port), timeout=5)
            sock.sendall(beat.random.choice(BAD_BEGINNINGS))
            beat.count()
            held.append(sock)
        except OSError:
            pass
    for sock in held:
        leave(beat, sock)


LIST = b'{"client_id":"","max_jobs":1000,"return_all":true}'
BAD_BEGINNINGS = [
    b"", b"GET /", b"POST /requester/submit HTTP/1.1\r\nHost: x\r\n",
    b"POST /requester/submit HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
    b"POST /requester/submit HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
    b"POST /requester/list HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(LIST), LIST),
    b"GET /__mock/stream HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"GET / HTTP/1.1\r\n:\r\n\r\n",
]


def leave(beat, sock):
    if beat.random.random() < 0.3:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


HANDSHAKE = (b"GET /requester/websocket/events HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")


def streams(beat):
    """Websockets and event streams: read for a while, or not at all."""
    while beat.goes_on():
        request = beat.random.choice([HANDSHAKE, b"GET /__mock/stream HTTP/1.1\r\nHost: x\r\n\r\n"])
        try:
            with socket.create_connection(("127.0.0.1", beat.port), timeout=0.5) as sock:
                sock.sendall(request)
                until = time.monotonic() + beat.random.random() * 2
                while time.monotonic() < until and (beat.random.random() < 0.5 or sock.recv(65536)):
                    time.sleep(0.05)
        except OSError:
            pass
        beat.count()


# What share of the exchanges each kind makes, and in how many processes.
KINDS = [(jobs, 0.55, 3), (control, 0.15, 1), (sessions, 0.02, 1), (faulty, 0.03, 2), (slow, 0.03, 1), (streams, 0.004, 2)]


def run(kind, shared, port, rate, seed):
    os.nice(5)  # the server comes first
    kind(Beat(shared, port, rate, seed))
