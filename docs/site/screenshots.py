"""Pictures of the web page for the book, taken in Chromium.

    twinformer train --corpus BOOKS --name reader ...
    python -m docs.site.screenshots runs/reader --classifier runs/classify-1

starts `twinformer serve` for each model, looks at every view as a person would and
writes docs/images/page-*.png. Needs selenium, Chromium and its driver.
"""
import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

IMAGES = Path(__file__).resolve().parent.parent / "images"
WINDOW, TALLEST = (860, 640), 1000
SENTENCE = "It was the best of times, it was the worst of times; nobody asked 我们."


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a run that writes, with the log of its training")
    parser.add_argument("--classifier", metavar="RUN", help="a run that tells texts apart")
    parser.add_argument("--question", default="What did she see in the garden?")
    parser.add_argument("--message", default="You have won a prize! Call now.")
    parser.add_argument("--folder", type=Path, default=IMAGES)
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    with browser() as driver:
        with served(options.model) as address:
            driver.get(address)
            for name, action in ((("chat", lambda: talk(driver, options.question))),
                                 ("tokens", lambda: write(driver, SENTENCE)),
                                 ("next", lambda: write(driver, SENTENCE[:38])),
                                 ("attention", lambda: look(driver)),
                                 ("run", lambda: None)):
                view(driver, name)
                action()
                taken(driver, options.folder / f"page-{name}.png")
        if options.classifier:
            with served(options.classifier) as address:
                driver.get(address)
                view(driver, "classify")
                write(driver, options.message)
                css(driver, "button.main")[0].click()
                css(driver, ".bars .number")
                taken(driver, options.folder / "page-classify.png")


@contextlib.contextmanager
def browser():
    """Chromium without a window, in English and light."""
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--window-size={},{}".format(*WINDOW), "--lang=en-US", "--hide-scrollbars"):
        options.add_argument(word)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_window_size(*WINDOW)
    try:
        yield driver
    finally:
        driver.quit()


@contextlib.contextmanager
def served(model: str):
    """The address of a server of its own, as long as this context lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "twinformer", "serve", model, "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"})
    try:
        said = ""
        for line in process.stdout:
            said += line
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield found[0]
                return
        raise SystemExit(f"the server of {model} did not start:\n{said}")
    finally:
        process.terminate()
        process.wait(60)


def css(driver, selector: str, seconds: float = 60):
    """What fits, as soon as there is any."""
    end = time.monotonic() + seconds
    while not (found := driver.find_elements("css selector", selector)):
        if time.monotonic() > end:
            raise SystemExit(f"the page shows no {selector}")
        time.sleep(0.05)
    return found


def view(driver, name: str) -> None:
    css(driver, f"#tab-{name}")[0].click()


def write(driver, text: str) -> None:
    field = css(driver, "textarea")[0]
    field.clear()
    field.send_keys(text)


def talk(driver, question: str) -> None:
    css(driver, "textarea")[1].send_keys(question)
    css(driver, "button.main")[0].click()
    css(driver, ".said.assistant")
    while css(driver, "button.main")[0].text != "Send":
        time.sleep(0.1)


def look(driver) -> None:
    write(driver, "She looked at the garden and thought of the sea.")
    css(driver, "button.main")[0].click()
    time.sleep(2)
    css(driver, ".heads button")[0].click()
    css(driver, "canvas.large")


def taken(driver, path: Path) -> None:
    """A picture of the page from its top, in 128 colours: a few kB."""
    from PIL import Image

    time.sleep(1.5)                                     # what is drawn late is drawn by now
    height = driver.execute_script("return document.body.scrollHeight")
    driver.set_window_size(WINDOW[0], min(height + 160, TALLEST))   # the window's frame is 140
    driver.execute_script("document.activeElement.blur(); scrollTo(0, 0)")
    driver.save_screenshot(str(path))
    driver.set_window_size(*WINDOW)
    Image.open(path).convert("RGB").quantize(128).save(path, optimize=True)
    print(path)


if __name__ == "__main__":
    main()
