"""The sessions of the repository's README, pasted as they stand but for the port."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import PROGRAM, Server, clean_environment, is_cid

HERE = pathlib.Path(__file__).resolve().parent
README = (HERE.parents[2] / "README.md").read_text(encoding="utf-8")


def session(heading):
    """The first block of shell commands under the heading."""
    section = README.partition(f"\n### {heading}\n")[2].partition("\n#")[0]
    block = re.search(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert block, f"README has no commands under {heading!r}"
    return block[1]


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
        script = session("With the Python SDK")
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

        shown = [word for word in session("With the Python SDK").split() if pins.match(word)]

        self.assertEqual(sorted(tested), sorted(shown))

    def test_the_lines_shown_at_the_start_are_those_printed(self):
        shown = re.search(r"^mock-requester: seed \d+\nmock-requester: ready on .*\n", README, re.MULTILINE)[0]

        printed = self.server.log.read_text()

        self.assertEqual(re.sub(r"seed \d+", "seed N", shown.replace(":1234", f":{self.server.port}")),
                         re.sub(r"seed \d+", "seed N", printed))
