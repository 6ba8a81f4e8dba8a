"""Chromium, headless, with the page of a server in it."""

import json

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 20  # seconds until something that should happen is taken not to happen


class Browser:
    def __init__(self):
        options = Options()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                         "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.look(1280, 720)

    def quit(self):
        self.driver.quit()

    def look(self, width, height, dark=False):
        """The size of the window and the colours that the person prefers."""
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.command("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def open(self, mock, part=""):
        """Opens the page, in a document of its own, and waits until its stream is open and it has drawn."""
        self.driver.get("about:blank")
        self.forget_logs()
        self.driver.get(mock.url + "/__mock/" + part)
        self.until("return state.link !== 'connecting' && state.health && state.verdict && !fetching.has('health')")

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def until(self, script, *arguments):
        """Waits until the script returns something true, and returns that."""
        wait = WebDriverWait(self.driver, PATIENCE, 0.02, [StaleElementReferenceException])
        return wait.until(lambda driver: driver.execute_script(script, *arguments), script)

    def until_text(self, selector, text):
        """Waits until an element that the selector fits has the text in it."""
        return self.until("return [...document.querySelectorAll(arguments[0])].find(n => n.textContent.includes(arguments[1]))", selector, text)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0]).textContent", selector)

    def click(self, selector):
        """Clicks the first element that the selector fits, as soon as it can be clicked."""
        self.until("const n = document.querySelector(arguments[0]); return n && n.checkVisibility() && !n.disabled", selector)
        self.find(selector).click()

    def press(self, *keys):
        """Keys for whatever has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def focused(self):
        """What a person would call the element with the focus."""
        return self.run("""const n = document.activeElement;
            return n === document.body ? '' : n.getAttribute('aria-label') || n.id || n.textContent""")

    def copied(self):
        """The text on the clipboard."""
        self.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        return self.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0], e => arguments[0]('' + e))")

    def forget_logs(self):
        self.driver.get_log("performance")
        self.driver.get_log("browser")

    def addresses(self):
        """All addresses that were asked for since the page was opened."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]

    def complaints(self):
        """Errors that the browser has written to its console, but those about statuses."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] == "SEVERE" and "Failed to load resource" not in entry["message"]]

    def violations(self, axe):
        """What axe-core finds wrong with the page as it is: [(rule, element)]."""
        self.command("Runtime.evaluate", expression=axe)
        found = self.driver.execute_async_script("""const done = arguments[0];
            axe.run(document, { resultTypes: ['violations'] }).then(found => done(found.violations.flatMap(one =>
                one.nodes.map(node => [one.id, node.html.slice(0, 200), node.failureSummary]))))""")
        return found

    def overflows(self):
        """Elements that are wider than the window."""
        return self.run("""const wide = document.documentElement.clientWidth;
            return document.documentElement.scrollWidth <= wide ? [] : [...document.querySelectorAll('body *')]
                .filter(n => n.getBoundingClientRect().right > wide + 1).slice(0, 5).map(n => n.outerHTML.slice(0, 120))""")

    def save(self, path):
        self.driver.save_screenshot(path)
