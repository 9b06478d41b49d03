"""The web page in a real browser, driven as a person would: Chromium by Selenium.

Skips, saying so, where there is no Chromium with its driver (Debian: chromium-driver).
"""
import shutil

import pytest

from twinformer.corpora.prompts import QA

from .conftest import served
from .test_judging import Judge
from .test_views import viewed

webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (BROWSER and DRIVER), reason="needs chromium and chromedriver")


@pytest.fixture(scope="module")
def browser():
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = BROWSER
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--window-size=1000,800", "--lang=en-US"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


def until(browser, what, seconds=20):
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, seconds).until(what)


def css(browser, selector):
    return browser.find_elements("css selector", selector)


def tab(browser, name):
    until(browser, lambda _: css(browser, f"#tab-{name}"))[0].click()


@pytest.fixture(scope="module")
def page(browser):
    service = viewed("torch")
    service.style = QA      # short: the context is
    with served(service) as address:
        browser.get(address)
        until(browser, lambda _: css(browser, "[role=tab]"))
        yield address


def test_a_talk_streams_and_outlives_the_page(browser, page):
    from selenium.webdriver.common.keys import Keys

    tab(browser, "chat")
    css(browser, "textarea")[1].send_keys("Hi" + Keys.ENTER)
    until(browser, lambda _: css(browser, ".said.assistant"))
    until(browser, lambda _: css(browser, "button.main")[0].text == "Send")
    assert css(browser, ".said.user")[0].text == "Hi"
    said = [bubble.text for bubble in css(browser, ".said")]
    browser.refresh()
    until(browser, lambda _: css(browser, ".said.user"))
    assert [bubble.text for bubble in css(browser, ".said")] == said


def test_the_tokens_of_what_is_written(browser, page):
    tab(browser, "tokens")
    text = css(browser, "textarea")[0]
    text.clear()
    text.send_keys("ab你")
    until(browser, lambda _: len(css(browser, ".tokens span")) == 5)
    assert "same ids" in css(browser, "main")[0].text


def test_a_bar_is_chosen_and_the_text_goes_on(browser, page):
    tab(browser, "next")
    bars = until(browser, lambda _: css(browser, ".bars button:not(:disabled)"))
    before = css(browser, "textarea")[0].get_attribute("value")
    bars[0].click()
    until(browser, lambda _: css(browser, "textarea")[0].get_attribute("value") != before)


def test_every_head_is_drawn(browser, page):
    from selenium.webdriver import ActionChains

    tab(browser, "attention")
    text = css(browser, "textarea")[0]
    text.clear()
    text.send_keys("a fox")                 # so few tokens that their names stand beside the map
    css(browser, "button.main")[0].click()
    until(browser, lambda _: len(css(browser, ".heads canvas")) == 8)
    until(browser, lambda _: browser.execute_script(
        "return document.querySelector('.heads canvas').width") == 5)
    css(browser, ".heads button")[3].click()
    until(browser, lambda _: css(browser, "canvas.large"))
    assert "layer 1, head 4" in css(browser, "figure.large")[0].text
    tokens = [part.text for part in css(browser, ".map .rows span")]
    assert len(tokens) > 3 and tokens == [part.text for part in css(browser, ".map .columns span")]
    ActionChains(browser).move_to_element(css(browser, "canvas.large")[0]).perform()
    middle = tokens[len(tokens) // 2]
    until(browser, lambda _: css(browser, ".told")[0].text.startswith(f"{middle} → {middle}: 0."))


def test_the_curves_have_round_numbers(browser, page):
    found = browser.execute_async_script("""
        const done = arguments[0];
        import(new URL("run.js", location.href)).then(({ ticks }) => done(
            [ticks(3.01, 7.66), ticks(0, 3500), ticks(0.1, 0.7), ticks(2, 2.01)]))""")
    assert found == [[4, 5, 6, 7], [0, 1000, 2000, 3000], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
                     [2, 2.002, 2.004, 2.006, 2.008, 2.01]]


def test_keyboard_chinese_and_dark(browser, page):
    from selenium.webdriver.common.keys import Keys

    tab(browser, "tokens")
    css(browser, "#tab-tokens")[0].send_keys(Keys.ARROW_RIGHT)
    assert css(browser, "#tab-next")[0].get_attribute("aria-selected") == "true"
    css(browser, "#language")[0].click()
    assert css(browser, "#tab-next")[0].text == "下一个词元"
    assert browser.find_element("tag name", "html").get_attribute("lang") == "zh-CN"
    light = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    css(browser, "#theme")[0].click()
    dark = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert light != dark
    css(browser, "#theme")[0].click()
    css(browser, "#language")[0].click()


def test_a_phone_has_nothing_to_scroll_sideways(browser, page):
    browser.set_window_size(500, 800)       # the narrowest that a headless window becomes
    try:
        for name in ("chat", "tokens", "next", "attention"):
            tab(browser, name)
            wide = browser.execute_script("return document.documentElement.scrollWidth "
                                          "- document.documentElement.clientWidth")
            assert wide <= 0, name
    finally:
        browser.set_window_size(1000, 800)


def test_nothing_was_said_in_the_console(browser, page):
    complaints = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert complaints == []


def test_a_classifier_and_its_certainty(browser):
    from twinformer.serving.service import Service

    service = Service("judge", None, None, classifier=Judge(), about="")
    with served(service) as address:
        browser.get(address)
        tab(browser, "classify")
        css(browser, "textarea")[0].send_keys("you win")
        css(browser, "button.main")[0].click()
        until(browser, lambda _: css(browser, ".bars .number"))
        assert [part.text for part in css(browser, ".bars span")] == [
            "spam", "75.0 %", "ham", "25.0 %"]


def test_a_server_that_has_ended_loses_nothing(browser):
    from selenium.webdriver.common.keys import Keys

    service = viewed("torch")
    with served(service) as address:
        browser.get(address)
        tab(browser, "chat")
        until(browser, lambda _: len(css(browser, "textarea")) > 1)
    css(browser, "textarea")[1].send_keys("still here?" + Keys.ENTER)
    until(browser, lambda _: "cannot be reached" in css(browser, "#problem")[0].text)
    assert css(browser, "textarea")[1].get_attribute("value") == "still here?"
