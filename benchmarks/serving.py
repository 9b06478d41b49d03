"""A crowd at the door: how many tokens a second one client and many get from
`twinformer serve`, and whether anything is lost or wrong under load.

    python -m benchmarks.serving RUN                    # a run, such as runs/demo
    python -m benchmarks.serving RUN --seconds 10 --backend numpy

First each of eight requests is asked alone, twenty times over: these texts
are right. Then one client and sixteen take turns, a few seconds each, and the
median says what a crowd gains. Last, 64 clients ask for a minute: every text
is compared with the right one, and the server's memory is read at the start,
in the middle and at the end. Clients run in a process of their own.
"""
import argparse
import asyncio
import contextlib
import os
import re
import statistics
import subprocess
import sys
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
    process = subprocess.Popen(
        [sys.executable, "-m", "twinformer", "serve", run, "--backend", backend, "--port", "0",
         "--max_texts", "64"], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        if not found:
            raise SystemExit("the server did not start; its own words say why")
        yield found[0], psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def wish(number):
    return {"prompt": PROMPTS[number % len(PROMPTS)], "max_tokens": TOKENS, "seed": number,
            "temperature": 0.8, "top_k": 40}


async def client(http, until, start, right, counted):
    """Ask again and again; what came is counted."""
    number = start
    while time.monotonic() < until:
        number = (number + 1) % len(PROMPTS)
        try:
            reply = await http.post("/v1/completions", json=wish(number))
            said = reply.json()
            text = said["choices"][0]["text"]
        except (httpx.HTTPError, LookupError, ValueError):
            counted["lost"] += 1
            continue
        counted["tokens"] += said["usage"]["completion_tokens"]
        counted["requests"] += 1
        counted["wrong"] += right is not None and text != right[number]


async def crowd(address, clients, seconds, right=None):
    """What so many clients counted in so many seconds."""
    counted = {"tokens": 0, "requests": 0, "lost": 0, "wrong": 0}
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as http:
        start = time.monotonic()
        await asyncio.gather(*(client(http, start + seconds, i, right, counted)
                               for i in range(clients)))
        counted["seconds"] = time.monotonic() - start
    return counted


def alone(address):
    """The right texts: asked one at a time, and always the same."""
    found = []
    with httpx.Client(base_url=address, timeout=60) as http:
        for number in range(len(PROMPTS)):
            texts = {http.post("/v1/completions", json=wish(number)).json()["choices"][0]["text"]
                     for _ in range(3)}
            if len(texts) > 1:
                raise SystemExit(f"request {number} has several texts alone: {texts}")
            found += texts
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("run", help="a run, or weights from elsewhere")
    parser.add_argument("--seconds", type=float, default=60, help="of the crowd of 64")
    parser.add_argument("--backend", default="torch", choices=["torch", "numpy"])
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    print(f"{options.backend}, {options.threads} thread of the model; {machine()}\n")
    with server(options.run, options.backend, options.threads) as (address, process):
        right = alone(address)
        rates = {1: [], 16: []}
        for _ in range(ROUNDS):
            for clients, found in rates.items():
                counted = asyncio.run(crowd(address, clients, options.seconds / 10, right))
                found.append(counted["tokens"] / counted["seconds"])
        print("| clients | tokens/s | of one client |\n|---|---|---|")
        for clients, found in rates.items():
            middle = statistics.median(found)
            print(f"| {clients} | {middle:,.0f} | {middle / statistics.median(rates[1]):.2f}x |")
        memory, total = [process.memory_info().rss], {}
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
