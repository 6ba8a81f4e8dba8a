"""The sessions and examples of README.md, tests/e2e/CLIENTS.md and server/control/README.md, pasted as they are except for the port."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

from support import PROGRAM, Server, clean_environment, is_cid, wait_for

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CLIENTS = (ROOT / "tests/e2e/CLIENTS.md").read_text(encoding="utf-8")
CONTROL = (ROOT / "server/control/README.md").read_text(encoding="utf-8")


def block(heading, language, page=README):
    """The first block of that language ("": of none) under the heading."""
    section = re.split(r"^##", re.split(rf"\n###? {heading}\n", page, maxsplit=1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    languages = re.findall(r"^```(\w*)\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    found = [text for name, text in languages if name == language]
    assert found, f"README has no {language or 'plain'} block under {heading!r}"
    return found[0]


def session(heading, page=README):
    return block(heading, "sh", page)


def scenario():
    return re.search(r"^cat >flaky\.json <<'END'\n(.*?)^END$", session("A scenario in ten lines"),
                     re.DOTALL | re.MULTILINE)[1]


def post(server, path, body):
    """The body of the answer, whatever its status."""
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", json.dumps(body).encode())
    try:
        return urllib.request.urlopen(request, timeout=10).read()
    except urllib.error.HTTPError as error:
        return error.read()


def without(command, script):
    """The script without the lines of that command, and the lines they go on in."""
    return re.sub(rf"^{re.escape(command)}(?:.*\\\n)*.*\n", "", script, flags=re.MULTILINE)


class TheReadme(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.stop)
        folder = tempfile.TemporaryDirectory(prefix="mock requester ")  # a path with spaces
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "build/release").mkdir(parents=True)
        (self.folder / "build/release/mock-requester").symlink_to(PROGRAM)
        (self.folder / "venv").symlink_to(sys.prefix)

    def paste(self, script):
        """What the session prints on standard output, in a folder that looks like the repository."""
        port = str(self.server.port)
        self.assertIn("1234", script)
        script = script.replace("127.0.0.1:1234", f"127.0.0.1:{port}").replace("PORT=1234", f"PORT={port}")
        self.assertNotRegex(script, r"\b1234\b")
        done = subprocess.run(["sh", "-eu", "-c", script], cwd=self.folder, env=clean_environment(HOME=str(self.folder)),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    @unittest.skipUnless(shutil.which("curl"), "no curl here")
    def test_the_session_with_curl_works_as_pasted(self):
        printed = self.paste(session("With curl")).splitlines()

        states, events, results, refusal = printed
        job_id = re.fullmatch(r"job (\S+) is already in a terminal state", refusal)[1]
        self.assertTrue(states.startswith(f'{{"state":{{"JobID":"{job_id}","Executions":['), states)
        self.assertIn(f'{{"Type":"JobLevel","JobID":"{job_id}","JobState":{{"Previous":"InProgress","New":"Completed"}}',
                      events)
        self.assertTrue(is_cid(re.search(r'"CID":"(\w+)"', results)[1]), results)

    def test_the_session_with_the_sdk_works_as_pasted(self):
        script = session("With the Python SDK", CLIENTS)
        for setting_up in ("python3 -m venv", "venv/bin/pip install"):  # done before, see run-python
            self.assertIn(f"\n{setting_up}", f"\n{script}")
            script = without(setting_up, script)

        printed = self.paste(script)

        self.assertRegex(printed, r"\ACompleted \[\{")
        self.assertTrue(is_cid(re.search(r"'cid': '(\w+)'", printed)[1]), printed)
        self.assertTrue((self.folder / "client/user_id.pem").exists())

    def test_the_pins_for_the_sdk_are_those_tested_here(self):
        pins = re.compile(r"^[a-z0-9-]+==\S+$")
        tested = [line for line in (HERE / "requirements.txt").read_text().splitlines() if pins.match(line)]

        shown = [word for word in session("With the Python SDK", CLIENTS).split() if pins.match(word)]

        self.assertEqual(sorted(tested), sorted(shown))


class ScriptingAFailure(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mock requester ")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "build/release").mkdir(parents=True)
        (self.folder / "build/release/mock-requester").symlink_to(PROGRAM)
        self.path = f"{self.folder}/build/release:{os.environ['PATH']}"

    def run_here(self, *command, **more):
        return subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                              env=clean_environment(HOME=str(self.folder), PATH=self.path, PYTHONDONTWRITEBYTECODE="1"),
                              **more)

    def test_the_scenario_is_of_ten_lines(self):
        self.assertLessEqual(len(scenario().splitlines()), 10)

    def test_the_scenario_can_be_pasted_checked_and_played(self):
        done = self.run_here("sh", "-eu", "-c", session("A scenario in ten lines"))

        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(block("A scenario in ten lines", ""), done.stdout)
        shipped = HERE.parents[2] / "scenarios/scenario.schema.json"
        self.assertEqual(shipped.read_text(), (self.folder / "scenario.schema.json").read_text())

    def test_the_terminal_shows_what_the_page_says(self):
        shown = block("What the terminal shows", "")
        server = Server("--clock", "manual", "--signatures", "off", "flaky.json", files={"flaky.json": scenario()})
        self.addCleanup(server.stop)

        spec = {"Engine": "Docker", "Verifier": "Noop", "Publisher": "Ipfs", "Deal": {"Concurrency": 1}}
        submit = {"job_create_payload": {"APIVersion": "V1beta1", "ClientID": "me", "Spec": spec}}
        job = {"job_id": json.loads(post(server, "/requester/submit", submit))["job"]["Metadata"]["ID"]}
        post(server, "/__mock/clock/advance", {"by": "5s"})
        for path in ("/requester/states", "/requester/states", "/submit"):
            post(server, path, job)
        wait_for("the last line", lambda: shown.splitlines()[-1] in server.log.read_text())

        self.assertEqual(shown.replace(":1234", f":{server.port}"), server.log.read_text())


class Recipes(unittest.TestCase):
    """They share a folder, with the program on the PATH."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mock requester ")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "bin").mkdir()
        (self.folder / "bin/mock-requester").symlink_to(PROGRAM)

    def run_recipe(self, heading, language, name, *command):
        (self.folder / name).write_text(block(heading, language))
        environment = clean_environment(HOME=str(self.folder), PATH=f"{self.folder}/bin:{os.environ['PATH']}",
                                        PYTHONDONTWRITEBYTECODE="1")
        done = subprocess.run([*command, name], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def test_the_pytest_passes(self):
        printed = self.run_recipe("In a pytest", "python", "test_retry.py", sys.executable, "-m", "pytest", "-q", "-p",
                                  "no:cacheprovider")
        self.assertIn("1 passed", printed)

    @unittest.skipUnless(shutil.which("curl"), "no curl here")
    def test_the_shell_script_passes(self):
        printed = self.run_recipe("In a shell script", "sh", "retry.sh", "sh")
        self.assertEqual("ok a_failed_run_is_tried_again", printed.splitlines()[-1])
        self.assertEqual({"bin", "retry.sh"}, {path.name for path in self.folder.iterdir()})

    def test_each_is_of_25_lines_at_most(self):
        for heading, language in (("In a pytest", "python"), ("In a Go test", "go"), ("In a JavaScript test", "js"),
                                  ("In a shell script", "sh")):
            self.assertLessEqual(len(block(heading, language).splitlines()), 25, heading)

    @unittest.skipUnless(shutil.which("git") and (ROOT / ".git").exists(), "no checkout")
    def test_what_examples_write_is_ignored_by_git(self):
        pages = README + CLIENTS
        written = set(re.findall(r"^`(\S+\.\w+)`, for `", pages, re.MULTILINE))
        written |= set(re.findall(r">(\w[\w.]*)", "\n".join(re.findall(r"^```sh\n(.*?)^```$", pages, re.DOTALL | re.MULTILINE))))
        self.assertLessEqual({"flaky.json", "scenario.schema.json", "test_retry.py", "ready"}, written)
        written |= {"venv/", "client/", "go.mod", "__pycache__/"}

        ignored = subprocess.run(["git", "check-ignore", "--no-index", *written], cwd=ROOT, capture_output=True, text=True)

        self.assertEqual(written, set(ignored.stdout.split()))


class TheControlApi(unittest.TestCase):
    setUp, run_here = ScriptingAFailure.setUp, ScriptingAFailure.run_here

    @unittest.skipUnless(shutil.which("curl"), "no curl here")
    def test_the_control_session_works_as_pasted(self):
        (self.folder / "flaky.json").write_text(scenario())
        server = Server("--clock", "manual", str(self.folder / "flaky.json"))
        self.addCleanup(server.stop)
        script = block("The control API at a prompt", "sh", CONTROL).replace("127.0.0.1:1234", f"127.0.0.1:{server.port}")
        self.assertNotRegex(script, r"\b1234\b")

        done = self.run_here("sh", "-eu", "-c", script)

        self.assertEqual(0, done.returncode, done.stderr)
        answers = [json.loads(line) for line in done.stdout.splitlines() if line]
        self.assertEqual(len(re.findall(r"^curl ", script, re.MULTILINE)), len(answers))
        self.assertEqual([], [answer for answer in answers if "error" in answer], done.stdout)

    def test_the_control_session_makes_calls_of_the_table(self):
        table = set(re.findall(r"^\| `(\w+) /__mock/([^`?]*)[^`]*` \|", CONTROL, re.MULTILINE))
        made = set()
        for line in re.findall(r"^curl .*\$mock/.*", block("The control API at a prompt", "sh", CONTROL), re.MULTILINE):
            verb = re.search(r"-X (\w+)", line)
            path = re.search(r"\$mock/([a-z/]+)", line)[1]
            made.add((verb[1] if verb else "POST" if " -d " in line else "GET", re.sub(r"^gates/.*", "gates/{name}", path)))

        self.assertGreater(len(made), 5)
        self.assertLessEqual(made, table)

    def test_the_containers_are_given_options_that_exist(self):
        known = set(re.findall(r"^  (--[a-z-]+)", self.run_here(PROGRAM, "serve", "--help").stdout, re.MULTILINE))
        text = block("In a container", "yaml", CLIENTS)
        options = set(re.findall(r"--[a-z-]+", re.search(r'"serve\b.*', text)[0]))
        self.assertTrue(options)
        self.assertLessEqual(options, known)
