"""bacalhau_apiclient 0.3.25: every call of JobApi, typed."""

import datetime
import unittest
import uuid

import dateutil.parser

from support import Client, Server, docker_job, is_cid, wait_for


def execution_moves(events, node_id):
    return [(event.execution_state.previous, event.execution_state.new, event.new_version)
            for event in events if event.type == "ExecutionLevel" and event.node_id == node_id]


def job_moves(events):
    return [(event.job_state.previous, event.job_state.new, event.new_version)
            for event in events if event.type == "JobLevel"]


class AllSixCalls(unittest.TestCase):
    """One server and one client, from the first call to the last."""

    def test_all_six_calls_of_the_client_work_against_one_server(self):
        server = Server("--clock", "scale:0.25")  # a job takes two seconds: a cancel cannot come too late
        self.addCleanup(server.stop)
        client = Client(server)

        cancelled = client.cancel(client.submit().metadata.id)
        job = client.submit()
        ended = client.ended(job.metadata.id)
        events = client.events(job.metadata.id)
        results = client.results(job.metadata.id)
        listed = client.list()

        self.assertEqual("Cancelled", cancelled.state)
        self.assertEqual("Completed", ended.state)
        self.assertEqual("Completed", events[-1].job_state.new)
        self.assertEqual(1, len(results))
        self.assertEqual({cancelled.job_id, job.metadata.id}, {entry.job.metadata.id for entry in listed})


class ACompletedJob(unittest.TestCase):
    """What the client reads of one job that three good nodes were asked for."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        cls.client = Client(cls.server)
        cls.submitted = cls.client.submit(docker_job(annotations=["nightly"]))
        cls.job_id = cls.submitted.metadata.id
        cls.state = cls.client.ended(cls.job_id)
        cls.events = cls.client.events(cls.job_id)
        cls.winner = next(e for e in cls.state.executions if e.state == "Completed")

    def test_submit_answers_with_the_job_under_a_new_id(self):
        self.assertEqual(self.job_id, str(uuid.UUID(self.job_id)))
        self.assertEqual(4, uuid.UUID(self.job_id).version)

    def test_submit_names_the_client_and_the_requester(self):
        metadata = self.submitted.metadata

        self.assertEqual(self.client.id, metadata.client_id)
        self.assertTrue(is_cid(metadata.requester.requester_node_id), metadata.requester)
        self.assertTrue(metadata.requester.requester_public_key)

    def test_submit_stamps_the_job_with_the_time_of_day(self):
        created = dateutil.parser.isoparse(self.submitted.metadata.created_at)

        age = datetime.datetime.now(datetime.timezone.utc) - created
        self.assertLess(abs(age), datetime.timedelta(minutes=1))

    def test_submit_echoes_the_spec_and_fills_in_the_timeout(self):
        spec = self.submitted.spec

        self.assertEqual("V1beta1", self.submitted.api_version)
        self.assertEqual(("Docker", "Noop", "Ipfs"), (spec.engine, spec.verifier, spec.publisher))
        self.assertEqual(("ubuntu", ["echo", "hello"]), (spec.docker.image, spec.docker.entrypoint))
        self.assertEqual(1800, spec.timeout)

    def test_the_state_of_a_completed_job_is_version_5(self):
        self.assertEqual((self.job_id, "Completed", 5),
                         (self.state.job_id, self.state.state, self.state.version))

    def test_three_nodes_are_asked_and_one_completes(self):
        self.assertEqual(["BidRejected", "BidRejected", "Completed"], sorted(e.state for e in self.state.executions))
        self.assertEqual(3, len({e.node_id for e in self.state.executions}))

    def test_the_execution_that_completed_is_version_6_and_verified(self):
        self.assertEqual(6, self.winner.version)
        self.assertTrue(self.winner.compute_reference.startswith("e-"))
        self.assertTrue(self.winner.verification_result.complete)
        self.assertTrue(self.winner.verification_result.result)

    def test_the_execution_that_completed_carries_its_output(self):
        output = self.winner.run_output

        self.assertEqual((0, "", "", False, False, ""),
                         (output.exit_code, output.runner_error, output.stderr, output.stdouttruncated,
                          output.stderrtruncated, output.stdout))

    def test_the_result_is_a_valid_cid_under_the_name_of_job_and_node(self):
        results = self.client.results(self.job_id)

        self.assertEqual([self.winner.node_id], [result.node_id for result in results])
        self.assertEqual("IPFS", results[0].data.storage_source)
        self.assertEqual(f"job-{self.job_id}-host-{self.winner.node_id}", results[0].data.name)
        self.assertTrue(is_cid(results[0].data.cid), results[0].data.cid)

    def test_states_and_results_name_the_same_cid(self):
        self.assertEqual(self.client.results(self.job_id)[0].data.cid, self.winner.published_results.cid)

    def test_node_ids_are_those_of_a_real_network(self):
        for execution in self.state.executions:
            self.assertTrue(is_cid(execution.node_id), execution.node_id)

    def test_the_job_goes_through_its_states_in_order(self):
        self.assertEqual([(None, None, 1), (None, "Queued", 2), ("Queued", None, 3), (None, "InProgress", 4),
                          ("InProgress", "Completed", 5)], job_moves(self.events))

    def test_the_first_event_says_that_the_job_was_created(self):
        self.assertEqual(("JobLevel", "Job created", self.job_id),
                         (self.events[0].type, self.events[0].comment, self.events[0].job_id))

    def test_the_execution_that_completed_goes_through_its_states_in_order(self):
        self.assertEqual([(None, "AskForBid", 1), ("AskForBid", "AskForBidAccepted", 2),
                          ("AskForBidAccepted", "BidAccepted", 3), ("BidAccepted", "WaitingVerification", 4),
                          ("WaitingVerification", "ResultAccepted", 5), ("ResultAccepted", "Completed", 6)],
                         execution_moves(self.events, self.winner.node_id))

    def test_the_other_nodes_bid_and_are_turned_down(self):
        for execution in self.state.executions:
            if execution is not self.winner:
                self.assertEqual([(None, "AskForBid", 1), ("AskForBid", "AskForBidAccepted", 2),
                                  ("AskForBidAccepted", "BidRejected", 3)],
                                 execution_moves(self.events, execution.node_id))

    def test_the_end_of_the_job_is_the_last_event(self):
        self.assertEqual(("JobLevel", "Completed"), (self.events[-1].type, self.events[-1].job_state.new))

    def test_the_first_event_of_an_execution_has_no_compute_reference_yet(self):
        first, *later = [e for e in self.events if e.type == "ExecutionLevel" and e.node_id == self.winner.node_id]

        self.assertIsNone(first.compute_reference)
        self.assertEqual({self.winner.compute_reference}, {event.compute_reference for event in later})

    def test_the_job_is_listed_for_its_client(self):
        listed = self.client.list()

        self.assertEqual([self.job_id], [entry.job.metadata.id for entry in listed])
        self.assertEqual("Completed", listed[0].state.state)
        self.assertEqual(3, len(listed[0].state.executions))

    def test_the_job_is_listed_by_its_first_8_characters(self):
        listed = self.client.list(id=self.job_id[:8])

        self.assertEqual([self.job_id], [entry.job.metadata.id for entry in listed])

    def test_the_job_is_listed_by_its_annotation_only_if_it_has_it(self):
        with_tag = self.client.list(include_tags=["nightly"])
        with_other_tag = self.client.list(include_tags=["weekly"])
        without_tag = self.client.list(exclude_tags=["nightly"])

        self.assertEqual([1, 0, 0], [len(with_tag), len(with_other_tag), len(without_tag)])

    def test_another_client_does_not_see_the_job_in_its_list_but_may_read_it(self):
        other = Client(self.server)

        self.assertEqual([], other.list())
        self.assertEqual([self.job_id], [entry.job.metadata.id for entry in other.list(return_all=True)])
        self.assertEqual("Completed", other.state(self.job_id).state)


class ARunningJob(unittest.TestCase):
    """On this server a job takes minutes."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server("--clock", "scale:0.001")
        cls.addClassCleanup(cls.server.stop)

    def test_right_after_submit_the_job_is_in_progress(self):
        client = Client(self.server)

        state = client.state(client.submit().metadata.id)

        self.assertEqual(("InProgress", 4), (state.state, state.version))

    def test_one_node_is_taken_and_the_others_are_turned_down_at_once(self):
        client = Client(self.server)

        state = client.state(client.submit().metadata.id)

        self.assertEqual(["BidAccepted", "BidRejected", "BidRejected"], sorted(e.state for e in state.executions))

    def test_a_running_job_has_no_results_yet(self):
        client = Client(self.server)

        self.assertEqual([], client.results(client.submit().metadata.id))

    def test_cancel_ends_the_job_and_its_executions_with_the_reason(self):
        client = Client(self.server)
        job_id = client.submit().metadata.id
        running = [e.node_id for e in client.state(job_id).executions if e.state == "BidAccepted"]

        state = client.cancel(job_id, "wrong image")

        self.assertEqual((job_id, "Cancelled", 5), (state.job_id, state.state, state.version))
        stopped = [(e.node_id, e.status, e.version) for e in state.executions if e.state == "Cancelled"]
        self.assertEqual([(node, "wrong image", 4) for node in running], stopped)

    def test_a_cancelled_job_says_why_in_its_events(self):
        client = Client(self.server)
        job_id = client.submit().metadata.id

        client.cancel(job_id, "wrong image")

        ended = [e for e in client.events(job_id) if e.type == "JobLevel"][-1]
        self.assertEqual(("InProgress", "Cancelled", "wrong image"),
                         (ended.job_state.previous, ended.job_state.new, ended.comment))

    def test_jobs_are_listed_by_id_forwards_and_backwards(self):
        client = Client(self.server)
        jobs = [client.submit().metadata.id for _ in range(3)]

        by_id = [entry.job.metadata.id for entry in client.list(sort_by="id", sort_reverse=False)]
        by_id_backwards = [entry.job.metadata.id for entry in client.list(sort_by="id", sort_reverse=True)]

        self.assertEqual(sorted(jobs), by_id)
        self.assertEqual(sorted(jobs, reverse=True), by_id_backwards)

    def test_a_list_holds_no_more_jobs_than_asked_for(self):
        client = Client(self.server)
        for _ in range(4):
            client.submit()

        self.assertEqual(3, len(client.list(max_jobs=3)))


class ThreeResults(unittest.TestCase):
    """A job on all three nodes, where the releases differ in when it ends."""

    def run_job(self, *options):
        server = Server(*options)
        self.addCleanup(server.stop)
        client = Client(server)
        job_id = client.submit(docker_job(concurrency=3)).metadata.id
        client.ended(job_id)

        def all_done():
            state = client.state(job_id)
            return state if {e.state for e in state.executions} == {"Completed"} else None
        state = wait_for("three executions that completed", all_done)
        return state, client.events(job_id), client.results(job_id)

    def test_every_result_is_published_under_its_own_node(self):
        state, _, results = self.run_job()

        self.assertEqual([e.node_id for e in state.executions], [result.node_id for result in results])
        self.assertEqual(3, len({result.data.name for result in results}))

    def test_the_last_of_three_results_ends_the_job(self):
        state, events, _ = self.run_job()

        self.assertEqual(("Completed", 5), (state.state, state.version))
        self.assertEqual(("JobLevel", "Completed"), (events[-1].type, events[-1].job_state.new))

    def test_the_first_of_three_results_ends_the_job_in_v0_3_24(self):
        state, events, _ = self.run_job("--dialect", "v0.3.24")

        self.assertEqual(("Completed", 5), (state.state, state.version))
        levels = [e.type for e in events if (e.job_state or e.execution_state).new == "Completed"]
        self.assertEqual(["ExecutionLevel", "JobLevel", "ExecutionLevel", "ExecutionLevel"], levels)


class TheReleaseBefore(unittest.TestCase):
    """The same client against the dialect v0.3.24."""

    def test_all_six_calls_of_the_client_work_against_v0_3_24(self):
        server = Server("--dialect", "v0.3.24", "--clock", "scale:0.25")
        self.addCleanup(server.stop)
        client = Client(server)

        cancelled = client.cancel(client.submit().metadata.id)
        job_id = client.submit().metadata.id
        ended = client.ended(job_id)

        self.assertEqual("Cancelled", cancelled.state)
        self.assertEqual("Completed", ended.state)
        self.assertEqual(1, len(client.results(job_id)))
        self.assertEqual("Completed", client.events(job_id)[-1].job_state.new)
        self.assertEqual(2, len(client.list()))

