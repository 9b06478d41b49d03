"""A crowd at the door: how many tokens a second one client and many get from
`twinformer serve`, and whether anything is lost or wrong under load.

    python -m benchmarks.serving RUN                    # a run, such as runs/demo
    python -m benchmarks.serving RUN --seconds 10 --backend numpy
    python -m benchmarks.serving RUN --beside           # `transformers serve`, too

First each of eight requests is asked alone, three times over: these texts are
right. Then one client and sixteen take turns, a few seconds each, and the
median says what a crowd gains. Last, 64 clients ask for a minute: every text
is compared with the right one, and the server's memory is read at the start,
in the middle and at the end. Clients run in a process of their own. With
--beside, `transformers serve` takes turns with ours on the same weights.
"""
import argparse
import asyncio
import contextlib
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import httpx
import psutil

from benchmarks.training_step import machine

PROMPTS = ["The", "a = ", "def ", "\n", "import ", "for x in", "The same again", "return "]
TOKENS = 48
ROUNDS = 3


@contextlib.contextmanager
def server(run, backend, threads):
    """(address, psutil process) of a server of this run."""
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    with said_address(
            [sys.executable, "-m", "twinformer", "serve", run, "--backend", backend,
             "--port", "0", "--max_texts", "64"], environment) as found:
        yield found


@contextlib.contextmanager
def peer(run, threads):
    """(address, name of the model) of `transformers serve` with the same weights."""
    environment = os.environ | {
        "OMP_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1"}
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        subprocess.run([sys.executable, "-m", "twinformer", "export", run, "--folder",
                        f"{folder}/model"], check=True, stdout=sys.stderr)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        with said_address(
                ["transformers", "serve", f"{folder}/model", "--port", str(port), "--device",
                 "cpu", "--dtype", "float32"], environment) as (at, _):
            yield at, f"{folder}/model"


@contextlib.contextmanager
def said_address(command, environment):
    """(address, psutil process) of a server that says its address."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, env=environment)
    assert process.stdout is not None       # a pipe
    try:
        said = ""
        for line in process.stdout:
            said += line
            if found := re.search(r"http://[\w.]+:\d+", line):
                break
        else:
            raise SystemExit(f"the server did not start:\n{said}")
        threading.Thread(target=process.stdout.read, daemon=True).start()  # what else it says
        yield found[0], psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def wish(number, model=None):
    """What both servers understand; ours draws from the 40 likeliest."""
    return ({"model": model} if model else {"top_k": 40}) | {
        "prompt": PROMPTS[number % len(PROMPTS)], "max_tokens": TOKENS, "seed": number,
            "temperature": 0.8}


async def client(http, until, start, right, counted, model):
    """Ask again and again; what came is counted."""
    number = start
    while time.monotonic() < until:
        number = (number + 1) % len(PROMPTS)
        try:
            reply = await http.post("/v1/completions", json=wish(number, model))
            said = reply.json()
            text = said["choices"][0]["text"]
        except (httpx.HTTPError, LookupError, ValueError):
            counted["lost"] += 1
            continue
        counted["tokens"] += said["usage"]["completion_tokens"]
        counted["requests"] += 1
        counted["wrong"] += right is not None and text != right[number]


async def crowd(address, clients, seconds, right=None, model=None):
    """What so many clients counted in so many seconds."""
    counted: dict[str, float] = {"tokens": 0, "requests": 0, "lost": 0, "wrong": 0}
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as http:
        start = time.monotonic()
        await asyncio.gather(*(client(http, start + seconds, i, right, counted, model)
                               for i in range(clients)))
        counted["seconds"] = time.monotonic() - start
    return counted


def alone(address):
    """The right texts: asked one at a time, and always the same."""
    found: list[str] = []
    with httpx.Client(base_url=address, timeout=60) as http:
        for number in range(len(PROMPTS)):
            texts = {http.post("/v1/completions", json=wish(number)).json()["choices"][0]["text"]
                     for _ in range(3)}
            if len(texts) > 1:
                raise SystemExit(f"request {number} has several texts alone: {texts}")
            found += texts
    return found


def beside(options):
    """Both servers take turns; one that waits for its turn computes nothing."""
    print("| clients | twinformer serve, tokens/s | transformers serve, tokens/s | ratio |\n"
          "|---|---:|---:|---:|")
    with server(options.run, options.backend, options.threads) as (ours, _), \
            peer(options.run, options.threads) as (theirs, model):
        asyncio.run(crowd(theirs, 1, 1, model=model))           # it reads the model when asked
        for clients in (1, 16):
            rates: dict[str, list[float]] = {ours: [], theirs: []}
            for _ in range(ROUNDS):
                for address, name in ((ours, None), (theirs, model)):
                    counted = asyncio.run(crowd(address, clients, options.seconds / 10,
                                                model=name))
                    if counted["lost"]:
                        raise SystemExit(f"{address} answered {counted['lost']} times wrongly")
                    rates[address].append(counted["tokens"] / counted["seconds"])
            one, other = (statistics.median(found) for found in rates.values())
            print(f"| {clients} | {one:,.0f} | {other:,.0f} | {one / other:.2f}x |", flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("run", help="a run, or weights from elsewhere")
    parser.add_argument("--seconds", type=float, default=60, help="of the crowd of 64")
    parser.add_argument("--backend", default="torch", choices=["torch", "numpy"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--beside", action="store_true",
                        help="only the rates, and those of `transformers serve` beside them")
    options = parser.parse_args()
    print(f"{options.backend}, {options.threads} thread of the model; {machine()}\n")
    if options.beside:
        return beside(options)
    with server(options.run, options.backend, options.threads) as (address, process):
        right = alone(address)
        rates: dict[int, list[float]] = {1: [], 16: []}
        for _ in range(ROUNDS):
            for clients, found in rates.items():
                counted = asyncio.run(crowd(address, clients, options.seconds / 10, right))
                found.append(counted["tokens"] / counted["seconds"])
        print("| clients | tokens/s | of one client |\n|---|---|---|")
        for clients, found in rates.items():
            middle = statistics.median(found)
            print(f"| {clients} | {middle:,.0f} | {middle / statistics.median(rates[1]):.2f}x |")
        memory, total = [process.memory_info().rss], dict[str, float]()
        for _ in range(2):
            counted = asyncio.run(crowd(address, 64, options.seconds / 2, right))
            memory.append(process.memory_info().rss)
            total = {name: total.get(name, 0) + value for name, value in counted.items()}
        print(f"\n64 clients for {total['seconds']:.0f} s: {total['requests']:,} requests, "
              f"{total['tokens'] / total['seconds']:,.0f} tokens/s, {total['lost']} lost, "
              f"{total['wrong']} wrong; memory "
              f"{', '.join(f'{size / 2 ** 20:.0f}' for size in memory)} MiB")


if __name__ == "__main__":
    main()
