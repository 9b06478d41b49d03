"""The yardstick of utilisation: both measure what the machine can do."""
import numpy as np
import pytest
import torch

import numpy_impl.training.throughput as ours
import torch_impl.training.throughput as theirs
from torch_impl.training import data_sheet as sheet
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import initial_parameters
from numpy_impl.training.learner import pretraining_learner
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.training_config import TrainingConfig
from torch_impl.training import learner

CONFIG = GPT2Config(vocab_size=5, context_length=2, d_model=4, n_heads=2,
                    n_layers=1, dropout=0.0)


def test_both_measure_a_plausible_speed():
    parts = (CONFIG, TrainingConfig(), DeviceConfig(device="cpu"),
             initial_parameters(CONFIG, 0))
    for package, kind in ((ours, pretraining_learner), (theirs, learner.pretraining_learner)):
        flops = package.peak_flops(kind(*parts))
        assert np.isfinite(flops) and 1e8 < flops < 1e15  # of one CPU


@pytest.mark.parametrize("name, known", [
    ("NVIDIA L4", "L4"), ("NVIDIA L40", None), ("NVIDIA L40S", "L40S"),
    ("NVIDIA RTX A1000 Laptop GPU", None), ("NVIDIA A100-SXM4-40GB", "A100"),
    ("NVIDIA RTX A1000", None), ("NVIDIA T400", None), ("Tesla T4", "T4"),
    ("Tesla V100-SXM2-16GB", "V100"), ("NVIDIA GH200 480GB", None),
    ("NVIDIA GeForce RTX 4090", "RTX 4090"), ("NVIDIA H200", "H200"),
    ("NVIDIA GeForce RTX 4090 Laptop GPU", None),
    ("NVIDIA GeForce RTX 3090 Ti", None), ("NVIDIA H100 PCIe", None),
    ("NVIDIA H100 80GB HBM3 MIG 1g.10gb", None)])
def test_names_are_matched_by_whole_words(name, known):
    assert sheet.data_sheet(name) == sheet.DATA_SHEETS.get(known)


def test_known_gpus_use_the_data_sheet(monkeypatch):
    twin = learner.pretraining_learner(CONFIG, TrainingConfig(), DeviceConfig(
        device="cpu", precision="bfloat16"), initial_parameters(CONFIG, 0))
    twin.machine.device = torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "get_device_name",
                        lambda device: "NVIDIA H100 80GB HBM3")
    assert theirs.peak_flops(twin) == sheet.DATA_SHEETS["H100"]


def test_operations_of_a_square_product_by_the_best_time(monkeypatch):
    times = iter([0.0, 4.0, 10.0, 12.0, 20.0, 23.0])  # 4, 2 and 3 seconds
    monkeypatch.setattr(ours, "REPEATS", 3)
    monkeypatch.setattr(ours, "SIZE", 8)
    monkeypatch.setattr(ours.time, "perf_counter", lambda: next(times))
    learner = pretraining_learner(CONFIG, TrainingConfig(), DeviceConfig(device="cpu"),
                                  initial_parameters(CONFIG, 0))
    assert ours.peak_flops(learner) == 2 * 8**3 / 2
