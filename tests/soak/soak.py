"""Drives the program with clients of all kinds and watches it: see README.md.

    soak.py SECONDS PART=PROGRAM ..."""
import multiprocessing
import os
import signal
import statistics
import subprocess
import sys
import threading
import time

import client
import workers

HERE = os.path.dirname(os.path.abspath(__file__))
RATE = 560  # exchanges a second: 500 000 in 15 minutes
SANITIZED_RATE = 120
RELOAD_EVERY = 20  # seconds
FLAT_FROM = 300  # seconds; until the journal and the jobs have reached their maximum, memory grows
GROWTH_MAX = 2 * 1024  # KiB that resident memory may grow in the last two thirds
BURST_MAX = 32 * 1024  # KiB above what it was, 5 s after the burst
STOP_MAX = 0.1  # seconds

passed, failed = 0, 0


def check(ok, text):
    global passed, failed
    passed, failed = passed + ok, failed + (not ok)
    print(("ok: " if ok else "FAILED: ") + text, flush=True)


# ---- the program ---------------------------------------------------------------------------------------------


class Program:
    def __init__(self, path, *words):
        self.child = subprocess.Popen([path, "serve", "--port", "0", "--log", "off", "--rate-limit", "off", *words],
                                      stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.told = []
        self.port = 0
        for line in self.child.stderr:
            self.told.append(line)
            if "ready on" in line:
                self.port = int(line.split("http://")[1].split()[0].rsplit(":", 1)[1])
                break
        self.reader = threading.Thread(target=lambda: self.told.extend(self.child.stderr), daemon=True)
        self.reader.start()

    def status(self, key):
        with open(f"/proc/{self.child.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(key + ":"))

    def resident(self):
        return self.status("VmRSS")

    def threads(self):
        return self.status("Threads")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.child.pid}/fd"))

    def stop(self):
        """Its exit code, and how long it took."""
        start = time.monotonic()
        self.child.send_signal(signal.SIGTERM)
        code = self.child.wait(timeout=60)
        took = time.monotonic() - start
        self.reader.join()
        return code, took


# ---- the load ------------------------------------------------------------------------------------------------


class Shared:
    def __init__(self, seconds):
        self.end = multiprocessing.Value("d", time.monotonic() + seconds)
        self.done = multiprocessing.Value("l", 0)
        self.errors = multiprocessing.Value("l", 0)
        self.texts = multiprocessing.SimpleQueue()
        self.loads = multiprocessing.Array("d", 4)  # moments of the last loads


def start_workers(shared, port, rate):
    started = []
    for kind, share, n in workers.KINDS:
        for i in range(n):
            process = multiprocessing.Process(target=workers.run, args=(kind, shared, port, rate * share / n, len(started) + 1))
            process.start()
            started.append(process)
    return started


def watch(program, shared, seconds):
    """Reloads, and samples of what the program has, until the time is over."""
    start = time.monotonic()
    samples, reload_at, said = [], RELOAD_EVERY, 0
    shared.loads[0] = start
    while time.monotonic() < shared.end.value and program.child.poll() is None:
        time.sleep(1)
        now = time.monotonic() - start
        samples.append((now, program.resident(), program.descriptors(), program.threads()))
        if now >= reload_at:
            shared.loads[:] = [time.monotonic()] + shared.loads[:3]
            program.child.send_signal(signal.SIGHUP)
            reload_at += RELOAD_EVERY
        if now >= said:
            said += 60
            print(f"{now:5.0f} s: {shared.done.value} exchanges, {shared.errors.value} errors, {samples[-1][1]} KiB resident, "
                  f"{samples[-1][2]} descriptors, {samples[-1][3]} threads", flush=True)
    return samples


def settles(program, base, seconds=30):
    """Waits until descriptors and threads are back at their base."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if program.descriptors() <= base[0] and program.threads() <= base[1]:
            return True
        time.sleep(0.2)
    return False


def memory_is_flat(samples, seconds):
    last = [kib for now, kib, _, _ in samples if now >= seconds / 3]
    quarter = max(1, len(last) // 4)
    begin, end = statistics.median(last[:quarter]), statistics.median(last[-quarter:])
    check(end - begin <= GROWTH_MAX, f"resident memory of the last {seconds * 2 / 3:.0f} s: {begin:.0f} KiB, then {end:.0f} KiB")


def soak(part, path, seconds):
    sanitized = part != "release"
    program = Program(path, os.path.join(HERE, "scenario.json"), "--max-jobs", "2000", "--journal", "2000")
    base = program.descriptors(), program.threads()
    shared = Shared(seconds)
    processes = start_workers(shared, program.port, SANITIZED_RATE if sanitized else RATE)
    samples = watch(program, shared, seconds)
    for process in processes:
        process.join()
    wrong = []
    while not shared.texts.empty():
        wrong.append(shared.texts.get())
    for text in wrong[:20]:
        print("  " + text)
    check(program.child.poll() is None, f"{part}: it still runs")
    check(shared.errors.value == 0, f"{part}: {shared.done.value} exchanges in {seconds:.0f} s, {shared.errors.value} errors that nothing asked for")
    if not sanitized:
        check(shared.done.value >= RATE * seconds * 0.85, f"{part}: {shared.done.value / seconds:.0f} exchanges a second")
        if seconds >= FLAT_FROM:
            memory_is_flat(samples, seconds)
    settled = settles(program, base)
    check(settled, f"{part}: {program.descriptors()} descriptors and {program.threads()} threads, at the start {base[0]} and {base[1]}")
    finish(part, program, sanitized)


def finish(part, program, sanitized):
    code, took = program.stop()
    said = "".join(program.told)
    check(code == 0, f"{part}: exit code {code}")
    check(sanitized or took <= STOP_MAX, f"{part}: stopped in {took * 1000:.0f} ms")
    bad = [line for line in said.splitlines() if "Sanitizer" in line or "runtime error" in line]
    check(not bad, f"{part}: {len(bad)} findings of a sanitizer")
    if code or bad:
        print(said[-5000:])


# ---- a burst ---------------------------------------------------------------------------------------------------


def big_submit():
    body = client.submit_body("burst")
    body["job_create_payload"]["Spec"]["Docker"]["EnvironmentVariables"] = ["a"] * 2000000
    return client.json.dumps(body, separators=(",", ":")).encode()


def send_big(port, body, statuses):
    try:
        statuses.append(client.Client(port).ask("POST", "/requester/submit", body)[0])
    except client.Closed as e:
        statuses.append(str(e))


def burst(path):
    """64 submits of 8 MB at once: each is accepted or refused for want of room, and the memory comes back."""
    program = Program(path, "--signatures", "off", "--max-memory", "16MiB")
    body, statuses, peak = big_submit(), [], 0
    before = program.resident()
    senders = [threading.Thread(target=send_big, args=(program.port, body, statuses)) for _ in range(64)]
    for sender in senders:
        sender.start()
    while any(sender.is_alive() for sender in senders):
        peak = max(peak, program.resident())
        time.sleep(0.02)
    time.sleep(5)
    after = program.resident()
    counts = {status: statuses.count(status) for status in set(statuses)}
    check(set(statuses) <= {200, 503}, f"burst: 64 submits of {len(body) / 1e6:.1f} MB: {counts}")
    check(after - before <= BURST_MAX, f"burst: {before} KiB resident before, at most {peak}, 5 s later {after}")
    finish("burst", program, False)


def main():
    seconds = float(sys.argv[1])
    for word in sys.argv[2:]:
        part, _, path = word.partition("=")
        print(f"{part}: {path}", flush=True)
        if part == "burst":
            burst(path)
        else:
            soak(part, path, seconds if part == "release" else seconds / 3)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
