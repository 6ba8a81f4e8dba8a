"""The program under test, and a client of it: each test starts a server of its own on a free port."""

import base64
import json
import os
import socket
import subprocess
import urllib.error
import urllib.request

JOB = {"APIVersion": "V1beta1", "ClientID": "client-one", "Spec": {
    "Engine": "Docker", "Verifier": "Noop", "Publisher": "Ipfs", "Deal": {"Concurrency": 1},
    "Docker": {"Image": "ubuntu", "Entrypoint": ["echo", "hi"]}, "Annotations": []}}


class Mock:
    """A server; `scenario` is a scenario document. The clock is manual unless the options say otherwise."""

    def __init__(self, program, folder, scenario=None, options=()):
        arguments = []
        if scenario is not None:
            arguments.append(scenario.get("name", "scenario") + ".json")  # the name must be the file's
            with open(os.path.join(folder, arguments[0]), "w", encoding="utf-8") as file:
                json.dump(scenario, file)
        ready, write = os.pipe()
        self.process = subprocess.Popen(
            [program, "--port", "0", "--ready-fd", str(write), "--signatures", "off", "--log", "off", "--seed", "1",
             *(() if "--clock" in options else ("--clock", "manual")), *options, *arguments],
            pass_fds=[write], cwd=folder, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(ready) as pipe:
            self.port = int(pipe.read() or 0)
        if not self.port:
            raise RuntimeError("the server does not start")
        self.url = f"http://127.0.0.1:{self.port}"

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def ask(self, method, path, body=None, headers=None):
        """The status and the body, parsed where it is JSON."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                status, text = error.code, error.read()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text.decode("utf-8", "replace")

    def control(self, method, path, body=None):
        """The answer of a control call, which must go well."""
        status, answer = self.ask(method, "/__mock/" + path, body)
        if status >= 300:
            raise AssertionError(f"{method} {path}: {status} {answer}")
        return answer

    def submit(self, annotations=(), client="client-one", headers=None):
        """Submits a job; returns its id."""
        job = json.loads(json.dumps(JOB))
        job["ClientID"] = client
        job["Spec"]["Annotations"] = list(annotations)
        status, answer = self.ask("POST", "/requester/submit", {
            "job_create_payload": job, "signature": "", "client_public_key": ""}, headers)
        if status != 200:
            raise AssertionError(f"submit: {status} {answer}")
        return answer["job"]["Metadata"]["ID"]

    def states(self, job, headers=None):
        return self.ask("POST", "/requester/states", {"client_id": "client-one", "job_id": job}, headers)

    def send(self, text):
        """Sends bytes as they are and reads until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), 30) as connection:
            connection.sendall(text)
            reply = b""
            while part := connection.recv(65536):
                reply += part
        return reply

    def journal(self):
        return self.control("GET", "requests")["requests"]

    def exchange(self, number):
        return self.control("GET", f"requests/{number}")


def sent_by(exchange):
    """What a client sent: method, target, headers in any order, body."""
    request = exchange["request"]
    body = request["body"]
    sent = base64.b64decode(body["base64"]) if "base64" in body else body.get("text", "").encode()
    return exchange["method"], exchange["target"], sorted(map(tuple, request["headers"])), sent
