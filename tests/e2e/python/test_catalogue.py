"""Every scenario of the catalogue, met by a client: it sees what the catalogue promises.

A meeting is a function of one scenario, registered by @meets under the names of the files that it fits. It is
given a Meeting: the program with that file and a clock that it moves itself, and a client. It returns what
the client saw, which is printed. Whatever a scenario does, states, events and list must agree in the end.
"""

import http.client
import json
import pathlib
import re
import socket
import subprocess
import threading
import unittest

import urllib3
from bacalhau_apiclient.models import ListRequest
from bacalhau_apiclient.rest import ApiException

from support import DEADLINE, PROGRAM, UNKNOWN_JOB, Client, Server, clean_environment, docker_job, is_cid, wait_for

SCENARIOS = pathlib.Path(__file__).resolve().parents[3] / "scenarios"
FILES = {path.stem: path for path in sorted(SCENARIOS.glob("*.json")) if not path.stem.endswith(".schema")}
CONTENTS = {name: json.loads(path.read_text()) for name, path in FILES.items()}
BROKEN = urllib3.exceptions.HTTPError
MEETINGS = {}


def meets(*names):
    def register(function):
        for name in names:
            MEETINGS[name] = function
        return function
    return register


class Meeting:
    """With `annotated` the program is given no file, and every job asks for the scenario by its annotation."""

    def __init__(self, test, name, annotated=False):
        self.name = name
        self.test = test
        self.file = CONTENTS[name]
        self.annotations = [f"mock:{name}"] if annotated else None
        self.server = Server("--clock", "manual", *([] if annotated else [str(FILES[name])]))
        self.client = Client(self.server)
        self.seen = []  # jobs on which states, events and list must agree

    # ---- moving the clock, and waiting for what hangs on it

    def control(self, path, body):
        status, _, text = self.post(path, body)
        if status != 200:
            raise AssertionError(f"{path}: {status} {text.decode()}")
        return json.loads(text)

    def advance(self, by):
        return self.control("/__mock/clock/advance", {"by": by})

    def elapsed(self):
        """Seconds on the server's clock since it began."""
        connection = self.connect()
        connection.request("GET", "/__mock/clock")
        clock = json.loads(connection.getresponse().read())
        connection.close()
        return seconds(clock["elapsed"])

    def slowly(self, call, step="1s"):
        """What `call` returns or raises, and how many seconds of the server's time it took."""
        outcome = {}

        def run():
            try:
                outcome["value"] = call()
            except Exception as problem:  # told to the one who waits
                outcome["problem"] = problem

        before = self.elapsed()
        thread = threading.Thread(target=run, daemon=True)
        thread.start()

        def over():
            thread.join(0.003)
            if thread.is_alive():
                self.advance(step)
            return not thread.is_alive()

        wait_for("an answer", over)
        return outcome.get("value"), outcome.get("problem"), self.elapsed() - before

    # ---- requests below the client

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=DEADLINE)

    def post(self, path, body):
        connection = self.connect()
        connection.request("POST", path, json.dumps(body))
        answer = connection.getresponse()
        whole = answer.status, answer.headers, answer.read()
        connection.close()
        return whole

    def bytes_of(self, path, body):
        """All bytes of an answer up to the end of the connection, and whether that was a reset."""
        received = b""
        with socket.create_connection(("127.0.0.1", self.server.port), DEADLINE) as peer:
            peer.sendall(post_bytes(path, body))
            try:
                while piece := peer.recv(65536):
                    received += piece
            except ConnectionResetError:
                return received, True
        return received, False

    def states_bytes(self, job_id):
        return self.bytes_of("/requester/states", {"job_id": job_id})

    # ---- jobs

    def submit_alone(self, spec=None):
        spec = spec or docker_job()
        spec.annotations = self.annotations
        return self.client.submit(spec)

    def submit(self, spec=None):
        job = self.submit_alone(spec)
        self.seen.append(job.metadata.id)
        return job.metadata.id

    def run(self, *by, spec=None):
        """A job, and its state when the clock has moved so far."""
        job_id = self.submit(spec)
        for step in by or ("5s",):
            self.advance(step)
        return job_id, self.client.state(job_id)

    def comment(self, job_id):
        """Of the last word on the job as a whole."""
        return [event for event in self.client.events(job_id) if event.type == "JobLevel"][-1].comment

    # ---- what must hold whatever happened

    def agree(self, job_id, but_for_state=False):
        """States, events, results and list tell the same of a job."""
        test = self.test
        state = self.client.state(job_id)
        [listed] = self.client.list(id=job_id)
        events = self.client.events(job_id)
        of_job = [event for event in events if event.type == "JobLevel"]

        executions = state.executions or []
        told = {}
        for event in events:
            if event.type == "ExecutionLevel":  # the reference is not known yet when the first event is written
                told.setdefault(event.node_id, {})[event.compute_reference or ""] = event.execution_state.new
        if not but_for_state:
            test.assertEqual(state.state, listed.state.state)
            test.assertEqual(state.state, of_job[-1].job_state.new or "New")
        test.assertEqual(state.version, of_job[-1].new_version)
        test.assertEqual(state.version, listed.state.version)
        test.assertEqual(executions, listed.state.executions or [])
        test.assertEqual({x.node_id for x in executions}, set(told))
        for x in executions:
            test.assertEqual(x.state, told[x.node_id][x.compute_reference or ""], x)
        with_result = [x.node_id for x in executions if x.state == "Completed" and x.published_results.cid]
        results = self.client.results(job_id)
        test.assertEqual(with_result, [result.node_id for result in results])
        for result in results:
            test.assertTrue(is_cid(result.data.cid), result)

    def end(self):
        self.server.stop()


UNITS = {"h": 3600, "m": 60, "s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}


def seconds(length):
    """A length of time such as 1m30s."""
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"([\d.]+)(ms|µs|ns|h|m|s)", length))


def post_bytes(path, body):
    text = json.dumps(body).encode()
    return (b"POST %s HTTP/1.1\r\nHost: mock\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
            % (path.encode(), len(text), text))


def moment(stamp):
    """A time stamp of the server's, which trims zeros, as something to compare."""
    whole, _, part = stamp.removesuffix("Z").partition(".")
    return whole, part.ljust(9, "0")


def states_of(state):
    return [x.state for x in state.executions or []]


def refusal(call, *arguments, **more):
    """The exception that the call raises."""
    try:
        answer = call(*arguments, **more)
    except (ApiException, BROKEN, TypeError, ValueError, AttributeError) as problem:
        return problem
    raise AssertionError(f"expected a refusal, got {answer}")


def refused(test, status, text, call, *arguments, **more):
    problem = refusal(call, *arguments, **more)
    test.assertIsInstance(problem, ApiException)
    test.assertEqual(status, problem.status)
    test.assertIn(text, problem.body.decode())
    return problem


# ---- reads that know too little ----------------------------------------------------------------------------

def unknown_for(m, reads):
    job_id = m.submit()
    for i in range(reads):
        text = ("Job not found. ID: ", "job not found: ")[i % 2] + job_id
        refused(m.test, 500, text, (m.client.state, m.client.events)[i % 2], job_id)
    m.test.assertEqual("InProgress", m.client.state(job_id).state)
    second = m.submit()
    refused(m.test, 400, f"Job not found. ID: {second}", m.client.list, id=second)
    for _ in range(reads - 1):
        refused(m.test, 500, f"Job not found. ID: {second}", m.client.results, second)
    m.advance("5s")
    return f"{reads} times `Job not found`, then {m.client.state(job_id).state}"


@meets("notfound-after-submit")
def unknown_to_three_reads(m):
    return unknown_for(m, 3)


@meets("notfound-after-submit-long")
def unknown_to_seven_reads(m):
    return unknown_for(m, 7)


@meets("list-empty-once")
def an_empty_list_between_two_whole_ones(m):
    m.run()
    sizes = [len(m.client.list()) for _ in range(3)]
    m.test.assertEqual([1, 0, 1], sizes)
    return f"lists of {sizes} jobs"


@meets("list-random-subset")
def ten_of_twelve_jobs_but_not_the_latest(m):
    jobs = []
    for _ in range(12):
        jobs.append(m.submit())
        m.advance("2s")
    lists = [[entry.job.metadata.id for entry in m.client.list()] for _ in range(8)]
    for found in lists:
        m.test.assertEqual(10, len(set(found)))
        m.test.assertEqual(sorted(found, key=jobs.index, reverse=True), found, "what is there is sorted")
    m.test.assertGreater(len({frozenset(found) for found in lists}), 1)
    m.test.assertEqual(12, len(m.client.list(max_jobs=100)))
    return f"{len({frozenset(found) for found in lists})} different tens in 8 lists"


@meets("canary-noise")
def canaries_of_another_client(m):
    m.run()
    everybody = m.client.list(client_id="", max_jobs=100)
    mine = m.client.list(client_id="", max_jobs=100, exclude_tags=["canary"])
    m.test.assertEqual((9, 1), (len(everybody), len(mine)))
    m.test.assertEqual(1, len(m.client.list()))
    for entry in everybody:
        m.agree(entry.job.metadata.id)
    return f"{len(everybody)} jobs, {len(mine)} without the tag canary"


@meets("crowded-list")
def more_jobs_than_a_page_holds(m):
    everybody = m.client.list(client_id="", max_jobs=0)
    page, _, headers = m.client.api.list_with_http_info(
        ListRequest(client_id="", max_jobs=10, sort_by="created_at", sort_reverse=True))
    created = [entry.job.metadata.created_at for entry in page.jobs]
    m.test.assertEqual(36, len(everybody))
    m.test.assertEqual(10, len(page.jobs))
    m.test.assertEqual(sorted(created, reverse=True), created)
    m.test.assertEqual("chunked", headers["Transfer-Encoding"])
    for entry in everybody:
        m.agree(entry.job.metadata.id)
    return f"{len(page.jobs)} of {len(everybody)} jobs, chunked"


# ---- nodes that do not answer ------------------------------------------------------------------------------

def stuck(m, execution, status_is=None):
    job_id, state = m.run("10m")
    m.test.assertEqual(("InProgress", [execution]), (state.state, states_of(state)))
    if status_is:
        m.test.assertIn(status_is, state.executions[0].status)
    m.agree(job_id)
    m.advance("25m")
    state = m.client.state(job_id)
    m.test.assertEqual(("Error", "timed out"), (state.state, m.comment(job_id)))
    return f"InProgress and {execution} for half an hour, then Error `timed out`, execution {states_of(state)[0]}"


@meets("stuck-askforbid")
def stuck_in_asking(m):
    saw = stuck(m, "AskForBid")
    m.test.assertEqual(["Cancelled"], states_of(m.client.state(m.seen[0])))
    return saw


@meets("stuck-bidaccepted")
def stuck_in_the_nodes_queue(m):
    saw = stuck(m, "BidAccepted")
    m.test.assertEqual(["Cancelled"], states_of(m.client.state(m.seen[0])))
    return saw


@meets("unreachable-node-hang")
def in_progress_with_nothing_left(m):
    return stuck(m, "Failed", "stream reset")


@meets("stuck-bidaccepted-ten-minutes")
def ten_minutes_in_the_nodes_queue(m):
    job_id, state = m.run("9m")
    m.test.assertEqual(["BidAccepted"], states_of(state))
    m.advance("2m")
    m.test.assertEqual("Completed", m.client.state(job_id).state)
    return "BidAccepted after nine minutes, Completed after eleven"


@meets("leftover-execution")
def an_execution_left_in_asking(m):
    _, state = m.run("5s", "1h")
    m.test.assertEqual(("Completed", ["Completed", "AskForBid"]), (state.state, states_of(state)))
    return f"{state.state} with executions {states_of(state)}"


@meets("leftover-execution-late-bid")
def a_bid_after_the_end(m):
    job_id, state = m.run("2s")
    m.test.assertEqual(("Completed", ["Completed", "AskForBid"]), (state.state, states_of(state)))
    m.advance("1h")
    state = m.client.state(job_id)
    m.test.assertEqual(("Completed", ["Completed", "AskForBidAccepted"]), (state.state, states_of(state)))
    m.test.assertEqual("ExecutionLevel", m.client.events(job_id)[-1].type)
    return f"{state.state} with executions {states_of(state)}; the last event is the bid"


# ---- bids --------------------------------------------------------------------------------------------------

@meets("first-exec-rejected")
def the_first_execution_has_no_result(m):
    job_id, state = m.run()
    first, second = state.executions
    m.test.assertEqual("Completed", state.state)
    m.test.assertEqual(("AskForBidRejected", None), (first.state, first.published_results.cid))
    m.test.assertEqual([second.node_id], [result.node_id for result in m.client.results(job_id)])
    return f"{state.state}; the first execution {first.state}, the result on the second"


@meets("all-rejected-blank-error")
def an_error_without_a_word(m):
    job_id, state = m.run()
    m.test.assertEqual(("Error", 5), (state.state, state.version))
    m.test.assertEqual({"AskForBidRejected"}, set(states_of(state)))
    m.test.assertIsNone(m.comment(job_id))
    m.test.assertTrue(all(x.status for x in state.executions))
    return f"{state.state}, no Comment; {[x.status for x in state.executions]}"


def too_few_nodes(m):
    problem = refused(m.test, 500, "not enough nodes to run job. requested: 1, available: 0\n", m.submit_alone)
    job_id = problem.headers["X-Bacalhau-Job-Id"]
    m.seen.append(job_id)
    return m.client.state(job_id)


@meets("not-enough-nodes")
def a_failed_submit_and_a_failed_job(m):
    state = too_few_nodes(m)
    m.test.assertEqual(("Error", 4), (state.state, state.version))
    m.test.assertEqual("not enough nodes to run job. requested: 1, available: 0", m.comment(state.job_id))
    return f"submit 500, the job {state.state}"


@meets("not-enough-nodes-v0-3-24")
def a_failed_submit_and_a_job_that_never_moves(m):
    state = too_few_nodes(m)
    m.test.assertEqual(("New", 3), (state.state, state.version))
    m.advance("10m")
    m.test.assertEqual("New", m.client.state(state.job_id).state)
    return f"submit 500, the job {state.state}"


@meets("job-rejected-policy")
def cancelled_by_the_requester_itself(m):
    job_id, state = m.run()
    m.test.assertEqual(("Cancelled", 3, []), (state.state, state.version, states_of(state)))
    m.test.assertEqual("job rejected: " + m.file["scheduler"]["selection"]["reject"], m.comment(job_id))
    return f"submit 200, then {state.state}: {m.comment(job_id)}"


@meets("duplicate-node")
def two_nodes_run_a_job_for_one(m):
    job_id, before = m.run("100ms")
    m.test.assertEqual(["BidAccepted", "BidAccepted"], states_of(before))
    m.advance("5s")
    state = m.client.state(job_id)
    m.test.assertEqual(("Completed", ["Completed", "Completed"]), (state.state, states_of(state)))
    cids = {result.data.cid for result in m.client.results(job_id)}
    m.test.assertEqual(2, len(cids))
    return f"{states_of(before)}, then {state.state} with {len(cids)} results"


@meets("big-history")
def a_job_with_twenty_executions(m):
    job_id, state = m.run()
    m.test.assertEqual(("Completed", 20), (state.state, len(state.executions)))
    m.test.assertEqual(19, states_of(state).count("BidRejected"))
    framing = [m.post(path, {"job_id": job_id, "id": job_id})[1]["Transfer-Encoding"]
               for path in ("/requester/states", "/requester/events", "/requester/list")]
    m.test.assertEqual(["chunked"] * 3, framing)
    return f"{state.state} with {len(state.executions)} executions, chunked"


# ---- runs that go wrong ------------------------------------------------------------------------------------

def fails_twice(m, text, by="5s"):
    job_id, state = m.run(by)
    m.test.assertEqual(("Error", ["Failed", "Failed"]), (state.state, states_of(state)))
    m.test.assertEqual([text, text], [x.status for x in state.executions])
    m.test.assertEqual(1, len({x.node_id for x in state.executions}))
    m.test.assertEqual(f"node {state.executions[1].node_id} failed due to: {text}", m.comment(job_id))
    m.test.assertEqual([], m.client.results(job_id))
    return f"{state.state} after two executions Failed with {text[:60]!r} ({len(text.encode())} bytes)"


@meets("exec-failed-retried", "bad-binary")
def fails_twice_in_the_same_way(m):
    return fails_twice(m, m.file["nodes"][0]["run"]["fail"])


@meets("bad-image")
def fails_with_a_long_text(m):
    text = m.file["nodes"][0]["run"]["fail"]
    m.test.assertGreater(len(text.encode()), 4000)
    m.test.assertTrue({"\n", "\t", '"', "<"} <= set(text))
    return fails_twice(m, text)


@meets("publish-timeout")
def publishing_fails_twice(m):
    return fails_twice(m, "failed to publish result: " + m.file["nodes"][0]["publish"]["fail"], "2m")


@meets("exec-failed-then-completes")
def fails_once(m):
    _, state = m.run()
    m.test.assertEqual(("Completed", ["Failed", "Completed"]), (state.state, states_of(state)))
    return f"{state.state} with executions {states_of(state)}"


@meets("nonzero-exit-completed", "nonzero-exit-killed-completed")
def a_bad_exit_code_counts_as_success(m):
    _, state = m.run()
    wanted = m.file["nodes"][0]["run"]
    output = state.executions[0].run_output
    m.test.assertEqual("Completed", state.state)
    m.test.assertEqual((wanted["exit_code"], wanted.get("stderr", "")), (output.exit_code, output.stderr))
    return f"{state.state}, exit code {output.exit_code}"


@meets("all-results-rejected")
def no_result_passes_verification(m):
    job_id, state = m.run()
    m.test.assertEqual("Error", state.state)
    m.test.assertEqual({"ResultRejected"}, set(states_of(state)))
    m.test.assertEqual((None, []), (m.comment(job_id), m.client.results(job_id)))
    return f"{state.state} without a Comment, executions {states_of(state)}"


# ---- results -----------------------------------------------------------------------------------------------

@meets("partial")
def half_a_success(m):
    job_id, state = m.run(spec=docker_job(concurrency=2))
    m.test.assertEqual("CompletedPartially", state.state)
    m.test.assertEqual(["Completed", "Failed"], states_of(state))
    m.test.assertEqual((None, 1), (m.comment(job_id), len(m.client.results(job_id))))
    m.test.assertEqual("Completed", m.run()[1].state)
    return f"{state.state} with executions {states_of(state)}"


@meets("empty-results-completed")
def nothing_was_published(m):
    job_id, state = m.run()
    _, _, text = m.post("/requester/states", {"job_id": job_id})
    m.test.assertEqual("Completed", state.state)
    m.test.assertEqual({}, json.loads(text)["state"]["Executions"][0]["PublishedResults"])
    m.test.assertEqual([], m.client.results(job_id))
    return f"{state.state}, results []"


@meets("results-late")
def results_come_with_the_end(m):
    job_id, state = m.run("25s")
    m.test.assertEqual(("InProgress", ["ResultAccepted"]), (state.state, states_of(state)[:1]))
    m.test.assertEqual([], m.client.results(job_id))
    m.advance("10s")
    m.test.assertEqual(("Completed", 1), (m.client.state(job_id).state, len(m.client.results(job_id))))
    return "ResultAccepted and no results for half a minute, then one"


@meets("results-late-after-completed")
def results_come_after_the_end(m):
    job_id, state = m.run("5s")
    m.test.assertEqual(("Completed", []), (state.state, m.client.results(job_id)))
    m.agree(job_id)
    m.advance("10s")
    m.test.assertEqual(1, len(m.client.results(job_id)))
    return "Completed and no results, ten seconds later one"


@meets("missing-stdout")
def no_word_of_the_run(m):
    job_id, state = m.run()
    m.test.assertEqual(("Completed", None), (state.state, state.executions[0].run_output))
    m.test.assertEqual(1, len(m.client.results(job_id)))
    return "Completed, no RunOutput"


@meets("empty-stdout")
def nothing_was_written(m):
    _, state = m.run()
    output = state.executions[0].run_output
    m.test.assertEqual(("Completed", "", "", 0), (state.state, output.stdout, output.stderr, output.exit_code))
    return "Completed, stdout empty, exit code 0"


@meets("stdout-truncated")
def output_is_cut(m):
    _, state = m.run()
    output = state.executions[0].run_output
    whole = m.file["nodes"][0]["run"]["stdout"].encode()
    m.test.assertEqual("Completed", state.state)
    m.test.assertTrue(output.stdout_truncated if hasattr(output, "stdout_truncated") else output.stdouttruncated)
    m.test.assertTrue(output.stdout.endswith("\ufffd"), output.stdout[-5:])
    m.test.assertTrue(whole.decode().startswith(output.stdout.rstrip("\ufffd")))
    m.test.assertIn(len(output.stdout.rstrip("\ufffd").encode()), range(2045, 2048))
    return f"{len(output.stdout.encode())} of {len(whole)} bytes, the last character torn"


# ---- timeouts ----------------------------------------------------------------------------------------------

@meets("timeout-execution")
def the_node_stops_the_run(m):
    job_id, state = m.run("1795s")
    m.test.assertEqual(["BidAccepted"], states_of(state))
    m.advance("10s")
    first, second = m.client.state(job_id).executions
    m.test.assertEqual(("Failed", "execution timed out after 30m0s"), (first.state, first.status))
    m.test.assertEqual("BidAccepted", second.state)
    m.advance("1m")
    state = m.client.state(job_id)
    m.test.assertEqual(("Error", "timed out"), (state.state, m.comment(job_id)))
    m.test.assertEqual(["Failed", "Cancelled"], states_of(state))
    short, state = m.run("25s", spec=docker_job(timeout=10.0))
    m.test.assertEqual(("Error", ["Failed", "Failed"]), (state.state, states_of(state)))
    m.test.assertEqual(f"node {first.node_id} failed due to: execution timed out after 10s", m.comment(short))
    return f"{first.status}, then Error `timed out`; {m.comment(short).partition('failed')[2]} where it is short"


@meets("timeout-housekeeping")
def the_requester_ends_the_job(m):
    job_id, state = m.run("10s", spec=docker_job(timeout=20.0))
    m.test.assertEqual(["BidAccepted"], states_of(state))
    m.advance("12s")
    state = m.client.state(job_id)
    m.test.assertEqual(("Error", "timed out"), (state.state, m.comment(job_id)))
    m.test.assertEqual([("Cancelled", "timed out")], [(x.state, x.status) for x in state.executions])
    return f"{state.state} `{m.comment(job_id)}`, execution {states_of(state)}"


@meets("timeout-queued")
def nobody_approves_in_time(m):
    job_id, state = m.run("10s", spec=docker_job(timeout=20.0))
    m.test.assertEqual("Queued", state.state)
    m.advance("12s")
    state = m.client.state(job_id)
    m.test.assertEqual(("Cancelled", 3, "timed out"), (state.state, state.version, m.comment(job_id)))
    return f"Queued, then {state.state} `{m.comment(job_id)}`"


@meets("timeout-refused")
def the_node_takes_no_long_jobs(m):
    job_id, state = m.run()
    m.test.assertEqual("Error", state.state)
    m.test.assertEqual([("AskForBidRejected", "job timeout 30m0s exceeds maximum allowed 1m0s")],
                       [(x.state, x.status) for x in state.executions])
    m.test.assertEqual("Completed", m.run(spec=docker_job(timeout=60.0))[1].state)
    return f"{state.state}: {state.executions[0].status}"


# ---- cancelling --------------------------------------------------------------------------------------------

@meets("cancel-race")
def a_cancel_that_comes_too_late(m):
    job_id = m.submit()
    looks = [m.client.list(id=job_id)[0].state.state for _ in range(2)]
    m.test.assertEqual(["InProgress"] * 2, looks)
    refused(m.test, 500, f"job {job_id} is already in a terminal state\n", m.client.cancel, job_id)
    m.test.assertEqual("Completed", m.client.state(job_id).state)
    return f"{looks}, cancel 500, Completed"


@meets("cancel-long-job")
def every_way_to_cancel(m):
    job_id = m.submit()
    other = Client(m.server)
    m.advance("1m")
    refused(m.test, 403, f"mismatched client id: {other.id}", other.cancel, job_id)
    refused(m.test, 500, f"job not found: {job_id[:8]}\n", m.client.cancel, job_id[:8])
    refused(m.test, 400, f"Job not found. ID: {UNKNOWN_JOB}", m.client.cancel, UNKNOWN_JOB)
    m.test.assertEqual("InProgress", m.client.state(job_id).state)
    state = m.client.cancel(job_id, "enough")
    m.test.assertEqual(("Cancelled", 5, "enough"), (state.state, state.version, m.comment(job_id)))
    refused(m.test, 500, f"job {job_id} is already in a terminal state\n", m.client.cancel, job_id)
    m.advance("2h")
    m.test.assertIn("Cancelled", states_of(m.client.state(job_id)))
    return "403 for another's job, 500 for a short id, Cancelled, 500 the second time"


@meets("cancel-reply-lost")
def a_cancel_that_was_done_in_silence(m):
    job_id = m.submit()
    m.test.assertIsInstance(refusal(m.client.cancel, job_id), BROKEN)
    m.test.assertEqual("Cancelled", m.client.state(job_id).state)
    refused(m.test, 500, f"job {job_id} is already in a terminal state\n", m.client.cancel, job_id)
    return "an empty reply, the job Cancelled, 500 the second time"


# ---- releases that do not fit ------------------------------------------------------------------------------

@meets("version-skew-newer", "version-skew-older", "version-skew-prerelease", "version-skew-dev")
def another_release(m):
    status, _, text = m.post("/version", {"client_id": m.client.id})
    info = json.loads(text)["build_version_info"]
    m.test.assertEqual(200, status)
    for operation in m.file["faults"][0]["patch"]:
        m.test.assertEqual(operation["value"], info[operation["path"].rsplit("/", 1)[1]])
    m.test.assertEqual("Completed", m.run()[1].state)
    return f"gitversion {info['gitversion']}"


@meets("version-skew-fails", "version-skew-not-found")
def no_version_at_all(m):
    status, _, _ = m.post("/version", {"client_id": m.client.id})
    m.test.assertEqual(m.file["faults"][0]["reply"]["status"], status)
    m.test.assertEqual("Completed", m.run()[1].state)
    return f"version {status}, all else works"


def submit_badly_signed(m):
    payload = m.client.payload()
    envelope = m.client.envelope(payload)
    envelope.signature = m.client.sign({**payload, "APIVersion": "V1beta2"})
    return m.client.api.submit(envelope)


@meets("signature-invalid")
def a_wrong_signature_is_refused(m):
    refused(m.test, 400, "client's signature is invalid: crypto/rsa: verification error", submit_badly_signed, m)
    m.test.assertEqual([], m.client.list())
    m.test.assertEqual("Completed", m.run()[1].state)
    return "400 for a wrong signature, Completed with a right one"


@meets("signature-off")
def a_wrong_signature_passes(m):
    job_id = submit_badly_signed(m).job.metadata.id
    m.seen.append(job_id)
    m.advance("5s")
    m.test.assertEqual("Completed", m.client.state(job_id).state)
    return "Completed, with a wrong signature"


@meets("wrong-dialect")
def the_payload_under_a_later_key(m):
    payload = m.client.payload()
    envelope = {"payload": payload, "signature": m.client.sign(payload), "client_public_key": m.client.public_key}
    m.test.assertEqual((b"", False), m.bytes_of("/requester/submit", envelope))
    m.test.assertEqual("Completed", m.run()[1].state)
    return "an empty reply to `payload`"


@meets("wrong-dialect-newer-server")
def the_payload_under_an_earlier_key(m):
    problem = refused(m.test, 400, "", m.client.submit)
    message = json.loads(problem.body)["Message"]
    m.test.assertEqual("no payload contained in signed message", message)
    m.test.assertEqual([], m.client.list())
    return f"submit 400 `{message}`"


@meets("enum-drift-queued")
def a_job_that_stays_queued(m):
    _, state = m.run("10m")
    m.test.assertEqual(("Queued", 2, []), (state.state, state.version, states_of(state)))
    return f"{state.state}, no executions"


@meets("enum-drift-undefined")
def a_state_of_later_releases(m):
    job_id, state = m.run()
    m.test.assertEqual("Undefined", state.state)
    m.test.assertEqual("Completed", m.client.list(id=job_id)[0].state.state)
    m.seen.remove(job_id)
    m.agree(job_id, but_for_state=True)
    return f"states {state.state}, list Completed"


@meets("enum-drift-partial")
def a_state_that_v0_3_24_does_not_have(m):
    job_id, before = m.run("100ms")
    m.advance("5s")
    state = m.client.state(job_id)
    m.test.assertEqual(("InProgress", "CompletedPartially"), (before.state, state.state))
    m.test.assertEqual("Completed", m.client.list(id=job_id)[0].state.state)
    m.seen.remove(job_id)
    m.agree(job_id, but_for_state=True)
    return f"states {state.state}, list Completed"


@meets("enum-drift-engine")
def an_engine_of_later_releases(m):
    job_id, _ = m.run()
    m.test.assertEqual("Podman", m.client.list()[0].job.spec.engine)
    return "engine Podman"


# ---- connections that break --------------------------------------------------------------------------------

def well_again(m, job_id):
    m.advance("5s")
    m.test.assertEqual("Completed", m.client.state(job_id).state)


@meets("empty-reply")
def one_empty_reply(m):
    job_id = m.submit()
    m.test.assertEqual((b"", False), m.states_bytes(job_id))
    well_again(m, job_id)
    return "an empty reply, then Completed"


@meets("empty-reply-long")
def six_empty_replies(m):
    job_id = m.submit()
    for i in range(6):
        m.test.assertIsInstance(refusal((m.client.state, m.client.events)[i % 2], job_id), BROKEN)
    well_again(m, job_id)
    return "six empty replies, then Completed"


@meets("submit-reply-lost")
def a_job_without_an_answer(m):
    m.test.assertIsInstance(refusal(m.client.submit), BROKEN)
    [entry] = m.client.list()
    m.seen.append(entry.job.metadata.id)
    well_again(m, entry.job.metadata.id)
    return "an empty reply to submit, and the job in the list"


@meets("connection-reset")
def one_reset(m):
    job_id = m.submit()
    m.test.assertEqual((b"", True), m.states_bytes(job_id))
    well_again(m, job_id)
    return "a reset, then Completed"


@meets("truncated-head")
def a_piece_of_a_status_line(m):
    job_id = m.submit()
    received, reset = m.states_bytes(job_id)
    m.test.assertTrue(b"HTTP/1.1 200 OK\r\n".startswith(received) and 0 < len(received) < 17, received)
    m.test.assertFalse(reset)
    well_again(m, job_id)
    return f"{received!r} and the end"


def half_a_body(m, job_id):
    received, reset = m.states_bytes(job_id)
    head, _, body = received.partition(b"\r\n\r\n")
    m.test.assertTrue(head.startswith(b"HTTP/1.1 200 OK\r\n"), received)
    m.test.assertIn(b'{"state":', body)
    m.test.assertFalse(body.endswith(b"}\n"), body)
    return head, body, reset


@meets("truncated-body")
def half_a_body_and_the_end(m):
    job_id = m.submit()
    head, body, reset = half_a_body(m, job_id)
    m.test.assertFalse(reset)
    well_again(m, job_id)
    return f"{len(body)} bytes of a body, closed"


@meets("reset-in-body")
def half_a_body_and_a_reset(m):
    job_id = m.submit()
    received, reset = m.states_bytes(job_id)
    m.test.assertTrue(reset)
    m.test.assertNotIn(b"}\n\r\n0\r\n", received)
    well_again(m, job_id)
    return f"{len(received)} bytes, then a reset"


@meets("wrong-length")
def a_length_that_is_too_short(m):
    job_id = m.submit()
    status, headers, body = m.post("/requester/states", {"job_id": job_id})
    m.test.assertEqual((200, len(body)), (status, int(headers["Content-Length"])))
    with m.test.assertRaises(ValueError):
        json.loads(body)
    well_again(m, job_id)
    return f"200, {len(body)} bytes as announced, half of the JSON"


@meets("garbage")
def no_http_at_all(m):
    job_id = m.submit()
    received, _ = m.states_bytes(job_id)
    m.test.assertTrue(received and not received.startswith(b"HTTP/"), received[:40])
    well_again(m, job_id)
    return f"{len(received)} bytes without a status line"


@meets("truncated-chunk")
def a_list_that_breaks_off(m):
    job_id, _ = m.run()
    m.test.assertIsInstance(refusal(m.client.list), BROKEN)
    m.test.assertEqual([job_id], [entry.job.metadata.id for entry in m.client.list()])
    return "a list that breaks off, then a whole one"


# ---- slow --------------------------------------------------------------------------------------------------

def late(m, call, least):
    """What comes of a call that takes so many seconds of the server's time; the clock may be ahead of its arrival."""
    value, problem, took = m.slowly(call)
    m.test.assertGreaterEqual(took, least)
    return value, problem


@meets("slow-10s")
def states_after_eleven_seconds(m):
    job_id = m.submit()
    state, problem = late(m, lambda: m.client.state(job_id), 11)
    m.test.assertIsNone(problem)
    m.test.assertEqual(job_id, state.job_id)
    return "200 after 11 s"


@meets("slow-submit")
def a_submit_after_fifteen_seconds(m):
    job, problem = late(m, m.client.submit, 15)
    m.test.assertIsNone(problem)
    m.seen.append(job.metadata.id)
    well_again(m, job.metadata.id)
    return "200 after 15 s"


def nothing_late(m, least):
    job_id, _ = m.run()
    answer, problem = late(m, lambda: m.bytes_of("/requester/list", {"client_id": m.client.id}), least)
    m.test.assertIsNone(problem)
    m.test.assertEqual((b"", False), answer)
    m.test.assertEqual([job_id], [entry.job.metadata.id for entry in m.client.list()])
    return f"an empty reply after {least} s"


@meets("slow-25s")
def a_list_after_the_write_deadline(m):
    return nothing_late(m, 25)


@meets("slow-35s")
def a_list_after_the_handlers_timeout(m):
    return nothing_late(m, 30)


@meets("slow-write-deadline")
def a_list_at_the_write_deadline(m):
    return nothing_late(m, 20)


@meets("slow-trickle")
def an_answer_in_drops(m):
    job_id = m.submit()
    state, problem, took = m.slowly(lambda: m.client.state(job_id), "100ms")
    m.test.assertIsNone(problem)
    m.test.assertEqual("InProgress", state.state)
    m.test.assertGreater(took, 1)
    return "200 over more than a second"


@meets("slow-hang")
def no_answer_at_all(m):
    job_id = m.submit()
    with socket.create_connection(("127.0.0.1", m.server.port), DEADLINE) as peer:
        peer.sendall(post_bytes("/requester/states", {"job_id": job_id}))
        m.advance("1h")
        peer.settimeout(0.2)
        with m.test.assertRaises(TimeoutError):
            peer.recv(1)
    m.test.assertTrue(m.client.state(job_id))
    return "nothing within an hour of the server's time"


# ---- refusals of the HTTP layer, answers of proxies --------------------------------------------------------

@meets("rate-limited")
def two_refusals_of_the_limiter(m):
    job_id = m.submit()
    answers = [m.post("/requester/states", {"job_id": job_id}) for _ in range(5)]
    m.test.assertEqual([200, 200, 429, 429, 200], [answer[0] for answer in answers])
    m.test.assertEqual(b"You have reached maximum request limit.", answers[2][2])
    m.test.assertEqual("0", answers[2][1]["Ratelimit-Remaining"])
    return f"{[answer[0] for answer in answers]}"


@meets("unavailable")
def one_timeout_of_the_handler(m):
    job_id = m.submit()
    answers = [m.post("/requester/states", {"job_id": job_id}) for _ in range(3)]
    m.test.assertEqual([200, 503, 200], [answer[0] for answer in answers])
    m.test.assertEqual(b"Server Timeout!", answers[1][2])
    return f"{[answer[0] for answer in answers]}"


def odd_list(m):
    """The first answer to a list; the second is as it should be."""
    job_id, _ = m.run()
    answer = m.post("/requester/list", {"client_id": m.client.id})
    m.test.assertEqual([job_id], [entry.job.metadata.id for entry in m.client.list()])
    return answer


@meets("plain-500")
def a_line_of_text(m):
    status, headers, body = odd_list(m)
    m.test.assertEqual((500, "text/plain; charset=utf-8"), (status, headers["Content-Type"]))
    with m.test.assertRaises(ValueError):
        json.loads(body)
    return f"{status} {body!r}"


@meets("html-error")
def a_page_of_a_proxy(m):
    status, headers, body = odd_list(m)
    m.test.assertGreaterEqual(status, 500)
    m.test.assertIn("text/html", headers["Content-Type"])
    m.test.assertIn(b"<html", body.lower())
    return f"{status}, {len(body)} bytes of HTML"


@meets("null-error", "empty-object-error")
def an_error_that_says_nothing(m):
    status, _, body = odd_list(m)
    m.test.assertGreaterEqual(status, 400)
    m.test.assertEqual({"null-error": None, "empty-object-error": {}}[m.name], json.loads(body))
    return f"{status} {body!r}"


@meets("bad-json")
def a_list_that_does_not_parse(m):
    status, _, body = odd_list(m)
    m.test.assertEqual(200, status)
    with m.test.assertRaises(ValueError):
        json.loads(body)
    return f"{status} {body[:40]!r}"


@meets("empty-200")
def an_answer_with_nothing_in_it(m):
    payload = m.client.payload()
    envelope = {"job_create_payload": payload, "signature": m.client.sign(payload),
                "client_public_key": m.client.public_key}
    status, _, body = m.post("/requester/submit", envelope)
    m.test.assertEqual((200, b""), (status, body))
    m.test.assertEqual([], m.client.list())
    m.test.assertEqual("Completed", m.run()[1].state)
    return "submit 200 and empty, no job"


# ---- the rest ----------------------------------------------------------------------------------------------

@meets("requester-restart")
def every_job_is_forgotten(m):
    job_id, state = m.run("10s")
    m.test.assertEqual("InProgress", state.state)
    m.agree(job_id)
    m.seen.remove(job_id)
    m.advance("15s")
    refused(m.test, 500, f"Job not found. ID: {job_id}", m.client.state, job_id)
    m.test.assertEqual([], m.client.list(client_id="", max_jobs=100))
    m.test.assertEqual("Completed", m.run("2m")[1].state)
    return "InProgress, then unknown, and an empty list"


@meets("job-forgotten")
def one_job_is_forgotten(m):
    job_id, other = m.submit(), m.submit()
    looks = [m.client.state(job_id).state for _ in range(3)]
    m.test.assertEqual(["InProgress"] * 3, looks)
    refused(m.test, 500, f"Job not found. ID: {job_id}", m.client.state, job_id)
    m.test.assertEqual([other], [entry.job.metadata.id for entry in m.client.list()])
    m.seen.clear()  # three looks cannot tell whether they agree
    return f"{looks}, then unknown"


@meets("clock-skew")
def years_ahead_in_another_zone(m):
    job_id, state = m.run()
    created = m.client.list()[0].job.metadata.created_at
    m.test.assertTrue(created.startswith("2033-01-01T00:00:00") and created.endswith("+05:30"), created)
    for time in [state.create_time, state.update_time] + [event.time for event in m.client.events(job_id)]:
        m.test.assertTrue(time.endswith("+05:30"), time)
    return f"CreatedAt {created}"


@meets("events-out-of-order")
def events_are_not_sorted_by_time(m):
    job_id, state = m.run()
    times = [moment(event.time) for event in m.client.events(job_id)]
    older = sum(after < before for before, after in zip(times, times[1:]))
    m.test.assertGreater(older, 0)
    ages = [(moment(x.update_time), moment(x.create_time)) for x in state.executions]
    m.test.assertTrue(all(updated <= created for updated, created in ages), ages)
    m.test.assertTrue(any(updated < created for updated, created in ages), ages)
    m.test.assertEqual("Completed", state.state)
    return f"{older} of {len(times)} events older than the one before"


# ---- a test a scenario -------------------------------------------------------------------------------------

class Catalogue(unittest.TestCase):
    def test_every_scenario_of_the_catalogue_has_a_meeting_and_every_meeting_a_scenario(self):
        self.assertEqual(set(FILES), set(MEETINGS))

    def test_check_finds_nothing_wrong_with_the_files_that_ship(self):
        shipped = [*FILES.values(), *(SCENARIOS.parent / "fixtures").glob("*.json")]

        checked = subprocess.run([PROGRAM, "check", *map(str, shipped)], env=clean_environment(), capture_output=True,
                                 text=True, check=False)

        self.assertEqual(0, checked.returncode, checked.stdout)


def add_test(name, annotated):
    def test(self):
        meeting = Meeting(self, name, annotated)
        self.addCleanup(meeting.end)
        saw = MEETINGS[name](meeting)
        for job_id in meeting.seen:
            meeting.agree(job_id)
        if not annotated:
            print(f"{name}: {saw}", flush=True)

    how = "an_annotation" if annotated else "a_file"
    setattr(Catalogue, f"test_the_catalogue_keeps_its_word_on_{name}_by_{how}", test)


def can_be_annotated(name):
    """Its nodes or its script are all that it needs."""
    return set(CONTENTS[name]) - {"version", "name", "about", "references"} in ({"nodes"}, {"jobs"})


for scenario in sorted(set(MEETINGS) & set(FILES)):
    add_test(scenario, False)
    if can_be_annotated(scenario):
        add_test(scenario, True)
