"""One answer of the same bytes from this program and from other mock servers, side by side.

    peers.py PROGRAM MEASURE FOLDER     FOLDER has what peers/fetch has fetched; a peer that is not there is left out"""
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import uuid

TARGET = "/requester/states"
CONNECTIONS, ROUNDS, SECONDS, MANY = 16, 5, 2.0, 100000
START_MAX = 90  # seconds

SUBMIT = {"job_create_payload": {"ClientID": "c", "APIVersion": "V1beta1", "Spec": {
    "Engine": "Docker", "Verifier": "Noop", "Publisher": "Ipfs", "Docker": {"Image": "ubuntu"}, "Deal": {"Concurrency": 1}}},
    "signature": "", "client_public_key": ""}


def post(port, target, body):
    """The body of the reply, or None: nothing good came."""
    request = f"POST {target} HTTP/1.0\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            sock.sendall(request)
            reply = b""
            while piece := sock.recv(65536):
                reply += piece
                head, _, rest = reply.partition(b"\r\n\r\n")
                length = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
                if length and len(rest) >= length[0]:
                    break
    except OSError:
        return None
    return rest if b" 200" in head.split(b"\r\n")[0] else None


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def resident(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


# ---- the peers: what they are told to answer, and how they are started ----------------------------------------------


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text if isinstance(text, str) else json.dumps(text))


def wiremock(folder, body, port):
    write(f"{folder}/wiremock/mappings/states.json", {
        "request": {"method": "POST", "url": TARGET},
        "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": body}})
    return ["java", "-jar", f"{folder}/wiremock.jar", "--port", str(port), "--bind-address", "127.0.0.1", "--root-dir",
            f"{folder}/wiremock", "--disable-banner"]


def mockserver(folder, body, port):
    write(f"{folder}/mockserver/init.json", [{
        "httpRequest": {"method": "POST", "path": TARGET},
        "httpResponse": {"statusCode": 200, "headers": {"Content-Type": ["application/json"]}, "body": body}}])
    return ["java", f"-Dmockserver.initializationJsonPath={folder}/mockserver/init.json", "-Dmockserver.logLevel=WARN",
            "-jar", f"{folder}/mockserver.jar", "-serverPort", str(port)]


def prism(folder, body, port):
    content = {"application/json": {"schema": {"type": "object"}, "example": json.loads(body)}}
    write(f"{folder}/prism/api.json", {
        "openapi": "3.0.3", "info": {"title": "x", "version": "1"},
        "paths": {TARGET: {"post": {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}, "responses": {"200": {"description": "x", "content": content}}}}}})
    return ["node", f"{folder}/node_modules/@stoplight/prism-cli/dist/index.js", "mock", "-p", str(port), "-v", "error",
            f"{folder}/prism/api.json"]


def mockoon(folder, body, port):
    route, answer = str(uuid.uuid4()), {"uuid": str(uuid.uuid4()), "body": body, "latency": 0, "statusCode": 200, "label": "",
                                        "headers": [{"key": "Content-Type", "value": "application/json"}], "bodyType": "INLINE",
                                        "rules": [], "rulesOperator": "OR", "disableTemplating": True, "default": True}
    write(f"{folder}/mockoon/data.json", {
        "uuid": str(uuid.uuid4()), "lastMigration": 33, "name": "x", "port": port, "hostname": "127.0.0.1", "endpointPrefix": "",
        "latency": 0, "folders": [], "rootChildren": [{"type": "route", "uuid": route}], "headers": [], "data": [], "cors": True,
        "routes": [{"uuid": route, "type": "http", "documentation": "", "method": "post", "endpoint": TARGET[1:], "responses": [answer]}]})
    return ["node", f"{folder}/node_modules/@mockoon/cli/bin/run.js", "start", "--data", f"{folder}/mockoon/data.json", "--port",
            str(port), "--repair", "--disable-log-to-file"]


PEERS = [("WireMock 3.13.2", "java", "wiremock.jar", wiremock), ("MockServer 7.6.0", "java", "mockserver.jar", mockserver),
         ("Prism 5.16.0", "node", "node_modules/@stoplight/prism-cli", prism), ("Mockoon 9.9.0", "node", "node_modules/@mockoon/cli", mockoon)]


# ---- measuring ---------------------------------------------------------------------------------------------------------


class Server:
    def __init__(self, words, port, ask, folder):
        self.port = port
        start = time.monotonic()
        self.child = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while post(port, TARGET, ask) is None:
            if time.monotonic() - start > START_MAX or self.child.poll() is not None:
                self.stop()
                raise RuntimeError("it does not answer")
            time.sleep(0.002)
        self.started = time.monotonic() - start

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


def measure(tool, server, request, seconds):
    out = subprocess.run([tool, str(server.child.pid), str(server.port), request, str(CONNECTIONS), str(seconds)],
                         capture_output=True, text=True)
    if out.returncode:
        raise RuntimeError(out.stderr.strip())
    return [float(word) for word in out.stdout.split()]


def figures(name, tool, server, request):
    idle, done = resident(server.child.pid), 0
    rounds = []
    for _ in range(ROUNDS + 1):  # the first one warms it up
        rate, cpu = measure(tool, server, request, SECONDS)
        rounds.append((rate, cpu))
        done += rate * SECONDS
    while done < MANY:
        done += measure(tool, server, request, SECONDS)[0] * SECONDS
    after = resident(server.child.pid)
    rate, cpu = (statistics.median(column) for column in zip(*rounds[1:]))
    print(f"{name:18} {server.started * 1000:7.0f} ms {idle / 1024:8.0f} MiB {rate:9.0f}/s {cpu:8.1f} us {after / 1024:8.0f} MiB",
          flush=True)


def ours(program):
    """The server, and the body of its answer and the request for it."""
    port = free_port()
    words = [program, "serve", "--port", str(port), "--signatures", "off", "--log", "off", "--rate-limit", "off"]
    start = time.monotonic()
    child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while (submitted := post(port, "/requester/submit", json.dumps(SUBMIT).encode())) is None:
        if time.monotonic() - start > START_MAX:
            raise RuntimeError("the program does not start")
    server = Server.__new__(Server)
    server.child, server.port, server.started = child, port, time.monotonic() - start
    ask = json.dumps({"client_id": "", "job_id": json.loads(submitted)["job"]["Metadata"]["ID"]}).encode()
    body = b""
    while b'"State":"Completed","Version":5' not in body:
        body = post(port, TARGET, ask)
    return server, body.decode(), ask


def main():
    program, tool, folder = map(os.path.abspath, sys.argv[1:])
    server, body, ask = ours(program)
    request = f"{folder}/request"
    with open(request, "wb") as file:
        file.write(f"POST {TARGET} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(ask)}\r\n\r\n".encode() + ask)
    print(f"one answer of {len(body)} bytes, {CONNECTIONS} connections, medians of {ROUNDS} rounds, side by side on this machine")
    print(f"{'':18} {'start':>10} {'idle':>12} {'throughput':>11} {'CPU each':>11} {'after 100 000':>12}")
    figures("mock-requester", tool, server, request)
    server.stop()
    for name, needs, where, words in PEERS:
        if not shutil.which(needs) or not os.path.exists(f"{folder}/{where}"):
            print(f"{name:18} left out: {needs} or the package is not here")
            continue
        port = free_port()
        try:
            server = Server(words(folder, body, port), port, ask, folder)
            figures(name, tool, server, request)
            server.stop()
        except (RuntimeError, OSError) as e:
            print(f"{name:18} left out: {e}")


main()
