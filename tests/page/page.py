"""Tests of the page at /__mock/ in a real browser: page.py PROGRAM FOLDER [NAME ...].

Each test starts a server of its own and says with one behaviour what a person sees. Screenshots go to FOLDER. The last
line counts what passed and failed."""

import glob
import inspect
import itertools
import json
import os
import subprocess
import sys
import tempfile
import traceback
import urllib.request
import zipfile

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from browser import Browser
from mock import JOB, Mock, sent_by

FLAKY = {
    "version": 1, "name": "flaky",
    "nodes": [{"name": "n0", "run": [{"after": "2s", "fail": "port is already allocated"},
                                     {"after": {"gate": "go"}, "stdout": "hi\n"}]}],
    "faults": [{"name": "blip", "on": "states", "skip": 1, "count": 1, "reply": {"status": 503, "body": "try again"}}],
    "expect": [{"endpoint": "submit", "times": 1}]}
MARKUP = "<script>window.hit=1</script>", '"><img src=x onerror=window.hit=1>'
FIRST_PAINT_MS = 1000
MANY = 10000
SIZES = (1280, 720), (420, 900)


class Context:
    """What a test has: the browser, and servers that are stopped after it."""

    def __init__(self, program, folder, browser, axe):
        self.program, self.folder, self.browser, self.axe = program, folder, browser, axe
        self.mocks = []

    def start(self, scenario=None, *options):
        mock = Mock(self.program, self.scratch, scenario, options)
        self.mocks.append(mock)
        return mock

    def open(self, scenario=None, *options):
        mock = self.start(scenario, *options)
        self.browser.open(mock)
        return mock, self.browser

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        self.scratch = self.directory.name
        self.browser.look(1280, 720)
        return self

    def __exit__(self, *_):
        self.browser.driver.get("about:blank")
        for mock in self.mocks:
            mock.stop()
        self.directory.cleanup()


def equal(a, b):
    if a != b:
        raise AssertionError(f"{a!r}\nis not\n{b!r}")


def check(condition, text="it is not so"):
    if not condition:
        raise AssertionError(text)


# ---- live ---------------------------------------------------------------------------------------------------------------


def a_submitted_job_appears_without_a_reload(context):
    mock, browser = context.open()
    browser.until("return state.link === 'live'")
    browser.run("window.loaded = 'once'")

    job = mock.submit()

    browser.until_text("#jobs .row", job[:8])
    browser.until_text("#job-head", job)
    browser.until_text("#exchanges .row", "submit")
    equal(browser.run("return window.loaded"), "once")


def a_state_that_a_job_passes_shows_in_its_row(context):
    mock, browser = context.open()
    mock.submit()
    browser.until_text("#jobs .row", "InProgress")

    mock.control("POST", "clock/advance", {"until": "idle"})

    browser.until_text("#jobs .row", "Completed")
    browser.until_text("#line .end", "Completed")


def an_advance_of_the_clock_makes_the_bar_grow(context):
    mock, browser = context.open({"version": 1, "nodes": [{"name": "n0", "run": {"after": "60s"}}]})
    mock.submit()
    browser.click("#steps button:nth-child(1)")
    bar = "const bar = document.querySelector('[data-lane=n0] .seg.run'); return bar ? bar.title.match(/for (\\S+)/)[1] : ''"
    browser.until("return (() => {" + bar + "})() === '1s'")
    width = "return document.querySelector('[data-lane=n0] .seg.run').getBoundingClientRect().width"
    before = browser.run(width)

    browser.click("#steps button:nth-child(2)")

    browser.until("return (() => {" + bar + "})() === '11s'")
    browser.until(width + " > arguments[0] + 5", before)
    equal(browser.text("#elapsed"), "+11s")


def what_is_planned_shows_as_a_hollow_bar(context):
    mock, browser = context.open({"version": 1, "nodes": [{"name": "n0", "run": {"after": "8s"}}]})
    mock.submit()

    hollow = browser.until_text("[data-lane=n0] .hollow", "run ends")

    check(hollow.size["width"] > 50, "the hollow bar is too short")


def open_ends_the_wait_for_a_gate(context):
    mock, browser = context.open(FLAKY)
    mock.submit()
    browser.click("#steps button:nth-child(2)")
    browser.until_text("#line .wait", "gate go")
    browser.until_text("#jobs .row", "gate go")

    browser.click("#line .wait button")

    browser.until("return !document.querySelector('#line .wait')")
    browser.until("return !document.querySelector('#jobs .row .tag')")
    browser.click("#steps button:nth-child(1)")
    browser.until_text("#line [data-lane=job] .end", "Completed")
    equal(mock.control("GET", "gates")["gates"], [{"name": "go", "open": True, "waiting": 0}])


def a_scaled_clock_moves_the_line_by_itself(context):
    mock, browser = context.open({"version": 1, "nodes": [{"name": "n0", "run": {"after": "1h"}}]}, "--clock", "scale:10")
    mock.submit()
    browser.until("return document.querySelector('#line .nowline')")
    bar = "return parseFloat(document.querySelector('[data-lane=n0] .seg.run')?.title.match(/for ([\\d.]+)s/)?.[1] || 0)"

    first = browser.until(bar)

    browser.until(bar + " > arguments[0]", first)


def a_click_that_has_begun_survives_a_redraw(context):
    mock, browser = context.open({**FLAKY, "nodes": [{"name": "n0", "run": {"after": {"gate": "go"}}}]}, "--clock", "scale:10")
    mock.submit()
    browser.until_text("#line .wait", "gate go")
    press = ActionChains(browser.driver).click_and_hold(browser.find("#line .wait button"))
    press.perform()
    width = "return document.querySelector('[data-lane=n0] .seg.run')?.title"
    browser.until(width + " !== arguments[0]", browser.run(width))

    ActionChains(browser.driver).release().perform()

    browser.until_text("#line [data-lane=job] .end", "Completed")


def a_page_without_a_place_for_its_stream_polls(context):
    mock = context.start()
    streams = [urllib.request.urlopen(mock.url + "/__mock/stream", timeout=30) for _ in range(8)]
    context.browser.open(mock)
    context.browser.until("return state.link === 'polling'")

    job = mock.submit()

    context.browser.until_text("#jobs .row", job[:8])
    context.browser.until_text("#exchanges .row", "submit")
    for stream in streams:
        stream.close()


# ---- what clients send -------------------------------------------------------------------------------------------------------


def texts_with_markup_show_as_text(context):
    scenario = {"version": 1, "nodes": [{"name": "n0", "run": {"after": "1s", "stdout": MARKUP[0], "stderr": MARKUP[1]}}]}
    mock, browser = context.open(scenario)
    job = mock.submit(MARKUP, client=MARKUP[1], headers={"X-Markup": MARKUP[0]})
    mock.control("POST", "clock/advance", {"until": "idle"})
    browser.until_text("#jobs .row .what", MARKUP[0])
    browser.until_text("#jobs .row .what", MARKUP[1])
    browser.until_text("#job-head .tag", MARKUP[1])
    browser.until_text("#jobs-client option", MARKUP[1][:8])

    browser.click("#job-tab-output")
    browser.until_text("#job-tab pre", MARKUP[0])
    browser.until_text("#job-tab pre", MARKUP[1])
    browser.click("#job-tab-spec")
    browser.until_text("#job-tab pre", "<script>")
    browser.click("#exchanges .row")
    browser.until_text("#exchange .heads", MARKUP[0])
    browser.until_text("#exchange pre", "<script>")

    equal(browser.run("return [window.hit, document.scripts.length, document.images.length]"), [None, 1, 0])
    equal(browser.complaints(), [])
    check(job)


def a_job_id_with_markup_shows_as_text(context):
    mock = context.start()
    identity = '"><img src=x onerror=window.hit=1>'
    entry = fixture_of(1)["jobs"][0]
    entry["Job"]["Metadata"]["ID"] = entry["State"]["JobID"] = identity
    mock.control("POST", "jobs", {"jobs": [entry]})

    context.browser.open(mock)

    context.browser.until_text("#job-head .id", identity)
    equal(context.browser.run("return [window.hit, document.images.length]"), [None, 0])


def an_exchange_shows_both_heads_and_bodies(context):
    mock, browser = context.open()
    mock.states("no-such-job", {"X-Asked-By": "a test"})

    browser.click("#exchanges .row")

    browser.until_text("#exchange section[aria-label=Request] .heads", "X-Asked-By: a test")
    browser.until_text("#exchange section[aria-label=Reply] .heads", "X-Bacalhau-Job-Id: no-such-job")
    browser.until_text("#exchange pre[aria-label='Body of the request as JSON']", '"job_id": "no-such-job"')
    equal(browser.text("#exchange pre[aria-label='Raw body of the request']"), '{"client_id": "client-one", "job_id": "no-such-job"}')


def a_row_says_what_answered_and_the_nearest_miss(context):
    mock, browser = context.open({"version": 1, "faults": [
        {"name": "theirs", "on": "states", "match": {"client_id": "someone-else"}, "reply": {"status": 418}},
        {"name": "blip", "on": "states", "skip": 1, "reply": {"status": 503, "body": "try again"}}]})
    job = mock.submit()
    mock.states(job)

    mock.states(job)

    browser.until_text("#exchanges .row", "near miss: fault theirs")
    browser.until_text("#exchanges .row", "fault blip")
    browser.until_text("#exchanges .row .is-bad", "503")


def filters_leave_the_rows_that_fit(context):
    mock, browser = context.open()
    first, second = mock.submit(["red"]), mock.submit(["blue"], client="client-two")
    mock.states(first)
    browser.until("return document.querySelectorAll('#exchanges .row').length === 3")

    browser.run("const input = document.getElementById('jobs-text'); input.value = 'BLUE'; input.dispatchEvent(new Event('input'))")
    browser.until("return document.querySelectorAll('#jobs .row').length === 1")
    browser.until_text("#jobs .row", second[:8])
    browser.run("""for (const [id, value] of [['exchanges-endpoint', 'submit'], ['exchanges-client', 'client-two']]) {
        document.getElementById(id).value = value; document.getElementById(id).dispatchEvent(new Event('input')); }""")

    browser.until("return document.querySelectorAll('#exchanges .row').length === 1")
    browser.until_text("#exchanges .row", second[:8])


# ---- acting ------------------------------------------------------------------------------------------------------------------


def make_this_a_fault_makes_the_next_exchange_fail_so(context):
    mock, browser = context.open()
    job = mock.submit()
    refused = mock.ask("POST", "/requester/cancel", {"payload": {"JobID": "x"}, "signature": "", "client_public_key": ""})
    check(refused[0] >= 400, refused)
    browser.until_text("#exchanges .row", "cancel")
    browser.click("#exchanges .row")

    browser.click("#exchange-fault")
    browser.run("const on = document.getElementById('fault-on'); on.value = 'states'; on.dispatchEvent(new Event('input', { bubbles: true }))")
    browser.click("#fault-send")

    browser.until("return !document.getElementById('fault').open")
    equal(mock.states(job), refused)
    equal(mock.states(job)[0], 200)
    browser.until_text("#tab-faults tr", "1 fired")


def a_fault_added_by_the_page_can_be_switched_off_and_removed(context):
    mock, browser = context.open()
    job = mock.submit()
    browser.click("#below-tab-faults")
    browser.click("#fault-new")
    browser.run("document.getElementById('fault-count').value = ''")
    browser.click("#fault-send")
    browser.click("#tab-faults button[aria-label^='Switch']")
    browser.until_text("#tab-faults button", "Switch on")
    equal(mock.states(job)[0], 200)
    browser.click("#tab-faults button[aria-label^='Switch']")
    browser.until_text("#tab-faults button", "Switch off")
    equal(mock.states(job), (503, "try again"))

    browser.click("#tab-faults button[aria-label^='Remove']")

    browser.until_text("#tab-faults", "No faults")
    equal(mock.control("GET", "faults")["faults"], [])


def the_copied_curl_line_sends_the_same_exchange(context):
    mock, browser = context.open()
    payload = json.dumps({"job_id": "it's \"quoted\" \\ $HOME `x` é @file"}).encode()
    sent = [
        head(b"POST /requester/states?x=[1]&y={a,b}", payload, b"Content-Type: application/json", b"X-Odd: it's; \"so\"", b"Accept-Encoding: gzip"),
        head(b"POST /requester/list", b"@not-a-file", b"User-Agent: mine", b"Accept: */*", b"X-Empty:", b"X-Twice: 1", b"X-Twice: 2"),
        head(b"POST /requester/states", bytes(range(256)), b"Content-Type: application/octet-stream"),
        head(b"PUT /a/../b//c%2f", b"", b"X: y"),
        b"GET /version HTTP/1.1\r\nHost: other.example:99\r\nConnection: close\r\n\r\n",
        b"HEAD /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ]
    for bytes_sent in sent:
        mock.send(bytes_sent)
        number = mock.journal()[-1]["number"]
        browser.until("return state.exchanges.byKey.has(arguments[0])", number)
        browser.click("#exchanges .row")
        browser.until("return document.getElementById('exchange').open && state.exchange.number === arguments[0]", number)
        browser.click("#exchange-curl")
        browser.until_text("#toast", "Copied")
        line = browser.copied()
        browser.click("#exchange [data-close]")

        subprocess.run(["bash", "-c", line], check=True, stdout=subprocess.DEVNULL, timeout=30)

        again = mock.journal()[-1]["number"]
        equal(again, number + 1)
        equal(sent_by(mock.exchange(again)), sent_by(mock.exchange(number)))


def head(line, body, *headers):
    """A request with the headers that make it whole."""
    every = [line + b" HTTP/1.1", b"Host: 127.0.0.1", *headers, b"Connection: close", b"Content-Length: %d" % len(body)]
    return b"\r\n".join(every) + b"\r\n\r\n" + body


def the_lines_for_a_newcomer_submit_a_job(context):
    mock, browser = context.open()
    lines = []
    for copy in browser.all("#nothing .snippet button"):
        copy.click()
        browser.until_text("#toast", "Copied")
        lines.append(browser.copied())

    place = {**os.environ, "PATH": os.path.dirname(context.program) + ":" + os.environ["PATH"], "XDG_DATA_HOME": context.scratch}
    result = subprocess.run(["bash", "-c", "\n".join(lines)], cwd=context.scratch, env=place, capture_output=True, text=True, timeout=60)

    check('"State":"InProgress"' in result.stdout, result.stdout + result.stderr)
    browser.until_text("#jobs .row", "ubuntu")


def the_picker_loads_a_scenario(context):
    mock, browser = context.open()
    browser.click("#scenario")
    browser.until("return document.querySelectorAll('#picker-list .row').length > 5")

    browser.press("stuck-askforbid", Keys.ENTER)
    browser.until("return document.activeElement.id === 'picker-list'")
    browser.press(Keys.ENTER)

    browser.until_text("#scenario", "stuck-askforbid")
    equal(mock.control("GET", "health")["scenario"], "stuck-askforbid")


def the_verdict_says_why_and_turns_with_the_client(context):
    mock, browser = context.open({"version": 1, "expect": [{"endpoint": "submit", "times": 1}]})
    browser.until_text("#lamp.bad", "1 reason")
    browser.click("#lamp")
    browser.until_text("#verdict-body td", "submit")
    browser.press(Keys.ESCAPE)

    mock.submit()

    browser.until_text("#lamp.ok", "verdict ok")


def reset_empties_what_is_ticked(context):
    mock, browser = context.open()
    mock.submit()
    browser.until("return document.querySelectorAll('#jobs .row').length === 1")
    browser.click("#reset-open")
    browser.click("#reset-form input[name=journal]")

    browser.click("#reset footer .main")

    browser.until_text("#nothing", "Waiting for a first job")
    equal(mock.control("GET", "jobs")["matched"], 0)
    equal(len(mock.journal()), 1)


def the_session_picker_shows_that_sessions_world(context):
    mock, browser = context.open()
    mock.control("POST", "sessions", {"client_id": "their-session", "clock": "manual"})
    theirs, ours = mock.submit(client="their-session"), mock.submit()
    browser.until_text("#jobs .row", ours[:8])
    browser.find("#session").click()
    browser.until_text("#session option", "their-session")

    browser.run("const s = document.getElementById('session'); s.value = 'their-session'; s.dispatchEvent(new Event('change'))")

    browser.until_text("#job-head .id", theirs)
    equal([row.text.split("\n")[1] for row in browser.all("#jobs .row")], [theirs[:8]])
    later = mock.submit(client="their-session")
    browser.until_text("#jobs .row", later[:8])
    mock.control("DELETE", "sessions/their-session")
    browser.until_text("#jobs .row", ours[:8])


# ---- size, keys, manners ---------------------------------------------------------------------------------------------------------


def fixture_of(n):
    """n jobs that have ended, as a fixture."""
    jobs = []
    for i in range(n):
        name = f"{i:08x}-a93b-4949-992f-fac69a7acd4c"
        moment = f"2023-03-22T08:{i // 60 % 60:02}:{i % 60:02}Z"
        jobs.append({"Job": {"APIVersion": "V1beta1", "Metadata": {"ID": name, "CreatedAt": moment, "ClientID": "many"}, "Spec": JOB["Spec"]},
                     "State": {"JobID": name, "State": "Completed", "Version": 5, "CreateTime": moment, "UpdateTime": moment, "Executions": []}})
    return {"jobs": jobs}


def with_many(context):
    """A server with MANY jobs and a full journal."""
    path = os.path.join(context.scratch, "many.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(fixture_of(MANY), file)
    mock = context.start(None, "--fixtures", path, "--max-jobs", str(MANY))
    one = head(b"POST /requester/states", b'{"job_id":"00000007"}').replace(b"Connection: close\r\n", b"")
    for _ in range(MANY // 100):
        mock.send(one * 99 + head(b"GET /livez", b""))
    equal(mock.control("GET", "requests?limit=1")["matched"], MANY)
    return mock


def ten_thousand_jobs_and_a_full_journal_paint_within_a_second(context):
    mock, browser = with_many(context), context.browser

    browser.open(mock)

    browser.until("return document.querySelectorAll('#jobs .row').length && document.querySelectorAll('#exchanges .row').length")
    painted = browser.until("return performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    rows = browser.run("return [performance.now(), document.querySelectorAll('.row').length]")
    print(f"    first paint after {painted:.0f} ms, all rows in view after less than {rows[0]:.0f} ms", flush=True)
    check(painted < FIRST_PAINT_MS, f"first paint after {painted} ms")
    check(rows[1] < 120, f"{rows[1]} rows are in the document")
    equal(browser.text("#jobs-count"), str(MANY))


def the_end_of_a_long_list_can_be_reached_and_all_of_it_filtered(context):
    mock, browser = with_many(context), context.browser
    browser.open(mock)
    browser.until("return document.querySelectorAll('#jobs .row').length")

    browser.click("#jobs .row")
    browser.press(Keys.END)
    browser.until("return state.jobs.keys.length > 500")
    browser.find("#jobs-text").send_keys("00000007-")

    browser.until_text("#jobs .row", "00000007")
    equal(browser.run("return document.querySelectorAll('#jobs .row').length"), 1)


def the_keyboard_alone_reaches_everything(context):
    mock, browser = context.open(FLAKY)
    mock.submit()
    mock.control("POST", "clock/advance", {"by": "3s"})
    browser.until_text("#line .wait", "gate go")
    wanted = set(browser.run("""return [...document.querySelectorAll('button, select, input, a[href], [tabindex="0"]')]
        .filter(n => n.checkVisibility() && !n.disabled && !n.matches('[tabindex="-1"]')).map(n => n.getAttribute('aria-label') || n.id || n.textContent)"""))
    reached = set()

    for _ in range(len(wanted) + 5):
        browser.press(Keys.TAB)
        reached.add(browser.focused())

    equal(wanted - reached, set())


def keys_move_through_jobs_exchanges_and_tabs(context):
    mock, browser = context.open(FLAKY)
    jobs = [mock.submit() for _ in range(3)]
    browser.until("return document.querySelectorAll('#jobs .row').length === 3")

    browser.press("/", jobs[0][:8], Keys.ENTER)
    browser.until_text("#job-head .id", jobs[0])
    browser.press("/", Keys.ESCAPE, Keys.ESCAPE)
    browser.until("return document.activeElement.id === 'jobs' && document.querySelectorAll('#jobs .row').length === 3")
    browser.press(Keys.ARROW_UP)
    browser.until_text("#job-head .id", jobs[1])
    browser.press(Keys.HOME)
    browser.until_text("#job-head .id", jobs[2])
    browser.run("document.getElementById('exchanges').focus()")
    browser.press(Keys.ARROW_DOWN, Keys.ENTER)
    browser.until("return document.getElementById('exchange').open && state.exchange.number === 3")
    browser.press(Keys.ARROW_DOWN)
    browser.until("return state.exchange.number === 2")
    browser.press(Keys.ESCAPE)
    browser.until("return !document.getElementById('exchange').open && document.activeElement.id === 'exchanges'")
    browser.run("document.getElementById('below-tab-exchanges').focus()")
    browser.press(Keys.ARROW_RIGHT)
    browser.until("return !document.getElementById('tab-gates').hidden")
    browser.run("document.activeElement.blur()")
    browser.press("?")

    browser.until("return document.getElementById('help').open")


def the_keyboard_alone_opens_a_gate_and_makes_a_fault(context):
    mock, browser = context.open(FLAKY)
    job = mock.submit()
    mock.control("POST", "clock/advance", {"by": "3s"})
    browser.until_text("#line .wait", "gate go")
    browser.run("document.getElementById('job').focus()")

    while browser.focused() != "Open gate go":
        browser.press(Keys.TAB)
    browser.press(Keys.ENTER)
    browser.until("return !document.querySelector('#line .wait')")
    browser.run("document.getElementById('exchanges').focus()")
    browser.press(Keys.ARROW_DOWN, Keys.ENTER)
    browser.until("return document.getElementById('exchange').open")
    while browser.focused() != "exchange-fault":
        browser.press(Keys.TAB)
    browser.press(Keys.ENTER)
    browser.until("return document.activeElement.id === 'fault-kind'")
    while browser.focused() != "fault-send":
        browser.press(Keys.TAB)
    browser.press(Keys.ENTER)

    browser.until("return !document.getElementById('fault').open")
    equal([fault["name"] for fault in mock.control("GET", "faults")["faults"]], ["submit-1", "blip"])
    check(job)


def open_and_close(browser):
    """Opens the newest exchange and closes it again."""
    browser.click("#exchanges .row")
    browser.until("return document.getElementById('exchange').open")
    browser.press(Keys.ESCAPE)
    browser.until("return !document.getElementById('exchange').open")


def no_request_leaves_the_host_and_none_is_for_the_requester(context):
    mock, browser = context.open(FLAKY)
    mock.submit()
    mock.control("POST", "clock/advance", {"by": "3s"})
    browser.until_text("#line .wait", "gate go")
    open_and_close(browser)
    browser.click("#scenario")
    browser.until("return document.querySelectorAll('#picker-list .row').length")
    browser.press(Keys.ESCAPE)

    addresses = browser.addresses()

    check(len(addresses) > 5, addresses)
    equal([one for one in addresses if not one.startswith((mock.url + "/__mock/", "data:"))], [])
    equal(browser.complaints(), [])


def an_open_page_changes_neither_verdict_reads_faults_nor_journal(context):
    scenario = {**FLAKY, "jobs": [{"name": "read", "steps": [{"after": {"reads": 2}, "job": "Completed"}]}]}

    def told(look):
        """What the world tells after a client's rounds; `look` is called between them."""
        mock = context.start(scenario)
        look(mock)
        job = mock.submit(["mock:read"])
        for _ in range(3):
            look(mock)
            mock.states(job)
        mock.control("POST", "clock/advance", {"by": "3s"})
        look(mock)
        rows = [{key: value for key, value in row.items() if key != "duration"} for row in mock.journal()]
        return [rows, *(mock.control("GET", path) for path in ("verdict", "faults", "gates", "clock", "jobs", "jobs/" + job, "clock/upcoming"))]

    def watch(mock):
        if watch.mock is not mock:
            context.browser.open(mock)
            watch.mock = mock
        context.browser.until("return fetching.size === 0 && state.exchanges.keys.length === arguments[0]", len(mock.journal()))
        if context.browser.all("#exchanges .row"):
            open_and_close(context.browser)

    watch.mock = None
    equal(told(watch), told(lambda mock: None))


# ---- looks -----------------------------------------------------------------------------------------------------------------------


def running(context):
    mock, browser = context.open({"version": 1, "name": "three-of-three", "nodes": [
        {"name": "n0", "run": {"after": "4s", "stdout": "hi\n"}}, {"name": "n1", "bid": {"after": "400ms"}, "run": {"after": "9s"}},
        {"name": "full", "bid": {"reject": "not enough capacity available"}}]})
    for annotation in ("canary", "nightly", "team-blue"):
        mock.submit([annotation])
        mock.control("POST", "clock/advance", {"by": "1500ms"})
    mock.states(mock.submit(["release-7"]))
    mock.control("POST", "clock/advance", {"by": "2500ms"})
    mock.ask("POST", "/requester/list", {"client_id": "client-one", "max_jobs": 10})
    mock.ask("GET", "/livez")
    browser.until_text("[data-lane=n0] .hollow", "run ends")


def failed(context):
    mock, browser = context.open({"version": 1, "name": "bad-image", "nodes": [
        {"name": "n0", "run": {"after": "1s", "fail": "could not inspect image \"ubuntuu\": No such image"}},
        {"name": "n1", "bid": {"after": "300ms"}, "run": {"after": "2s", "fail": "exit status 127: sh: echoo: not found"}}],
        "faults": [{"name": "blip", "on": "states", "count": 1, "reply": {"status": 503, "body": "try again"}}]})
    job = mock.submit(["nightly"])
    mock.control("POST", "clock/advance", {"until": "idle"})
    mock.states(job)
    mock.states(job)
    mock.ask("POST", "/requester/events", {"client_id": "client-one", "job_id": job})
    browser.until_text("#line [data-lane=job] .end", "Error")
    browser.until_text("#exchanges .row", "events")


def gate_open(context):
    mock, browser = context.open(FLAKY)
    mock.states(mock.submit(["nightly"]))
    mock.control("POST", "clock/advance", {"by": "5s"})
    browser.until_text("#line .wait", "gate go")
    browser.click("#below-tab-gates")


def nothing(context):
    context.open()
    context.browser.until_text("#nothing", "Waiting for a first job")


def one_exchange(context):
    failed(context)
    context.browser.click("#exchanges .row")
    context.browser.until("return document.getElementById('exchange').open")


def a_fault_dialog(context):
    one_exchange(context)
    context.browser.click("#exchange-fault")


VIEWS = running, failed, gate_open, nothing, one_exchange, a_fault_dialog


def looks():
    for view, size, dark in itertools.product(VIEWS, SIZES, (False, True)):
        yield view, size, dark, f"{view.__name__}-{size[0]}-{'dark' if dark else 'light'}"


def axe_finds_no_violation_and_nothing_is_wider_than_the_window(context):
    """Takes the screenshots too."""
    wrong = []
    for view in VIEWS:
        view(context)
        for _, (width, height), dark, name in (look for look in looks() if look[0] is view):
            context.browser.look(width, height, dark)
            context.browser.run("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            context.browser.save(os.path.join(context.folder, name + ".png"))
            wrong += [(name, *one) for one in context.browser.violations(context.axe)]
            wrong += [(name, "too wide", one) for one in context.browser.overflows()]
        context.browser.look(1280, 720)
    equal(wrong, [])


# ---- running -----------------------------------------------------------------------------------------------------------------------

TESTS = [test for name, test in list(globals().items())
         if inspect.isfunction(test) and list(inspect.signature(test).parameters) == ["context"] and test not in VIEWS and name != "with_many"]


def axe_of(folder):
    with zipfile.ZipFile(glob.glob(os.path.join(folder, "*.whl"))[0]) as wheel:
        return wheel.read(next(name for name in wheel.namelist() if name.endswith("/axe.min.js"))).decode()


def main(program, folder, *names):
    failures, tests = 0, [test for test in TESTS if not names or any(name in test.__name__ for name in names)]
    browser, axe = Browser(), axe_of(folder)
    try:
        for test in tests:
            try:
                with Context(program, folder, browser, axe) as context:
                    test(context)
                print("ok     " + test.__name__.replace("_", " "), flush=True)
            except Exception:
                failures += 1
                print("FAILED " + test.__name__.replace("_", " ") + "\n" + traceback.format_exc(), flush=True)
    finally:
        browser.quit()
    print(f"{len(tests) - failures} passed, {failures} failed")
    return 1 if failures or not tests else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
