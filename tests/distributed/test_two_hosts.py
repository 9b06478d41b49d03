"""Two hosts, each a network of its own on this machine (ip netns): torchrun on each
of them, and one run."""
import json
import os
import shutil
import subprocess
import sys
import uuid

import pytest

from twinformer.runs.checkpoint import checkpoints_in, load_checkpoint

from .launched import lines_in, settings

RANKS = "-m", "torch.distributed.run"


def ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def hosts():
    """The names of two network namespaces that a cable connects, 10.77.0.1 and .2"""
    if sys.platform != "linux" or not shutil.which("ip") or os.geteuid() != 0:
        pytest.skip("two networks on one machine need Linux, iproute2 and root")
    mark = uuid.uuid4().hex[:6]
    names = [f"tf-{mark}-{host}" for host in (1, 2)]
    try:
        for name in names:
            ip("netns", "add", name)
        ip("link", "add", f"v{mark}1", "netns", names[0], "type", "veth",
           "peer", "name", f"v{mark}2", "netns", names[1])
        for number, name in enumerate(names, 1):
            ip("-n", name, "address", "add", f"10.77.0.{number}/24", "dev", f"v{mark}{number}")
            ip("-n", name, "link", "set", f"v{mark}{number}", "up")
            ip("-n", name, "link", "set", "lo", "up")
    except subprocess.CalledProcessError as problem:
        remove(names)
        pytest.skip(f"networks cannot be made here: {problem.stderr.strip()}")
    yield [(name, f"v{mark}{number}") for number, name in enumerate(names, 1)]
    remove(names)


def remove(names):
    for name in names:
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)


def test_one_run_on_two_hosts(hosts, tmp_path):
    words = settings(tmp_path, steps=8)
    processes = []
    for number, (name, cable) in enumerate(hosts):
        processes.append(subprocess.Popen(
            ["ip", "netns", "exec", name, sys.executable, *RANKS, "--nnodes", "2",
             "--nproc-per-node", "1", "--node-rank", str(number),
             "--master-addr", "10.77.0.1", "--master-port", "29500",
             "-m", "twinformer", *words, "--name", "two", "--strategy", "fsdp"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": cable}))
    try:
        outputs = [process.communicate(timeout=900)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0, 0], outputs
    run = tmp_path / "runs" / "two"
    assert "step     8" in outputs[0] and "step     8" not in outputs[1]
    assert lines_in(run / "metrics.jsonl") == 8 + 2
    last = checkpoints_in(run / "checkpoints")[-1]
    assert load_checkpoint(last).step == 8 and len(list(last.glob("shard-*"))) == 2
    sent = sum(json.loads(ip("-n", name, "-j", "-s", "link", "show", cable))[0]
               ["stats64"]["tx"]["bytes"] for name, cable in hosts)
    assert sent > 8 * 10_000        # the weights and gradients went over the cable
