"""Reads one job with bacalhau_apiclient 0.3.18 and prints what it understood, as JSON.

Arguments: the server's URL, the client's id, the job's id. Run by test_documented.py in an environment of its own.
"""

import importlib.metadata
import json
import sys

import bacalhau_apiclient
from bacalhau_apiclient.models import EventsRequest, ListRequest, StateRequest


def main(url, client_id, job_id):
    configuration = bacalhau_apiclient.Configuration()
    configuration.host = url
    http = bacalhau_apiclient.ApiClient(configuration)
    api = bacalhau_apiclient.JobApi(http)
    asked = {"client_id": client_id, "job_id": job_id}
    jobs = api.list(ListRequest(client_id=client_id, max_jobs=10, return_all=False, sort_by="created_at",
                                sort_reverse=True, include_tags=[], exclude_tags=[])).jobs
    shards = {node: state.shards["0"] for node, state in (api.states(StateRequest(**asked)).state.nodes or {}).items()}
    results = api.results(StateRequest(**asked)).results
    print(json.dumps({
        "version": importlib.metadata.version("bacalhau-apiclient"),
        "jobs": [[type(job).__name__, job.metadata.id] for job in jobs],
        "shards": {node: [type(shard).__name__, shard.node_id, shard.execution_id, shard.verification_result.result]
                   for node, shard in shards.items()},
        "events": [[type(event).__name__, event.job_id, event.source_node_id, event.target_node_id, event.event_time]
                   for event in api.events(EventsRequest(**asked)).events],
        "results": [[result.node_id, result.data.name, result.data.cid] for result in results],
    }))


if __name__ == "__main__":
    main(*sys.argv[1:])
