"""A raw HTTP/1.1 client over one kept connection, and the requests of the requester API."""
import json
import socket

TIMEOUT = 20  # seconds for one reply


class Closed(Exception):
    """The connection ended before a whole reply, or what came is no HTTP."""


class Client:
    def __init__(self, port):
        self.port = port
        self.sock = None
        self.rest = b""

    def connect(self):
        self.close()
        self.sock = socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        if self.sock:
            self.sock.close()
        self.sock, self.rest = None, b""

    def send(self, text):
        """A server that has had enough may answer before it has read everything."""
        try:
            self.sock.sendall(text)
        except BrokenPipeError:
            pass

    def more(self):
        piece = self.sock.recv(65536)
        if not piece:
            raise Closed("closed")
        self.rest += piece

    def take(self, n):
        while len(self.rest) < n:
            self.more()
        taken, self.rest = self.rest[:n], self.rest[n:]
        return taken

    def line(self):
        while b"\r\n" not in self.rest:
            if len(self.rest) > 65536:
                raise Closed("no line")
            self.more()
        line, self.rest = self.rest.split(b"\r\n", 1)
        return line

    def head(self):
        status = self.line().split(b" ", 2)
        if len(status) < 2 or not status[0].startswith(b"HTTP/1.") or not status[1].isdigit():
            raise Closed("no status line")
        headers = {}
        while True:
            line = self.line()
            if not line:
                return int(status[1]), headers
            name, _, value = line.partition(b":")
            headers[name.strip().lower()] = value.strip()

    def chunks(self):
        body = b""
        while True:
            try:
                size = int(self.line().split(b";")[0], 16)
            except ValueError:
                raise Closed("bad chunk")
            body += self.take(size)
            if self.line():
                raise Closed("bad chunk")
            if size == 0:
                return body

    def body(self, headers):
        if headers.get(b"transfer-encoding") == b"chunked":
            return self.chunks()
        if b"content-length" in headers:
            return self.take(int(headers[b"content-length"]))
        body = b""
        try:
            while True:
                self.more()
        except Closed:
            body, self.rest = self.rest, b""
        return body

    def ask(self, method, target, body=b"", headers=""):
        """Status and body. Closed: the connection broke; the next call makes a new one."""
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode()
        try:
            if not self.sock:
                self.connect()
            self.send(head + body)
            status, got = self.head()
            reply = self.body(got)
        except (OSError, Closed) as e:
            self.close()
            raise Closed(str(e))
        if got.get(b"connection", b"").lower() == b"close":
            self.close()
        return status, reply

    def ask_json(self, method, target, body=b""):
        status, reply = self.ask(method, target, body)
        return status, json.loads(reply)


def submit_body(client, annotations=(), image="ubuntu"):
    return {"job_create_payload": {"ClientID": client, "APIVersion": "V1beta1", "Spec": {
        "Engine": "Docker", "Verifier": "Noop", "Publisher": "Ipfs", "Annotations": list(annotations),
        "Docker": {"Image": image, "Entrypoint": ["date"]}, "Deal": {"Concurrency": 1}}},
        "signature": "", "client_public_key": ""}


def cancel_body(client, job):
    return {"payload": {"ClientID": client, "JobID": job, "Reason": "enough"},
            "signature": "", "client_public_key": ""}
