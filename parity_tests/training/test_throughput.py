"""The yardstick of utilisation: both measure what the machine can do."""
import numpy as np
import torch

import numpy_impl.training.throughput as ours
import torch_impl.training.throughput as theirs
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import initial_parameters
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.training_config import TrainingConfig
from numpy_impl.training.learner import Learner
from torch_impl.training import learner

CONFIG = GPT2Config(vocab_size=5, context_length=2, d_model=4, n_heads=2,
                    n_layers=1, dropout=0.0)


def test_both_measure_a_plausible_speed():
    parts = (CONFIG, TrainingConfig(), DeviceConfig(device="cpu"),
             initial_parameters(CONFIG, 0))
    for package, kind in ((ours, Learner), (theirs, learner.Learner)):
        flops = package.peak_flops(kind(*parts))
        assert np.isfinite(flops) and 1e8 < flops < 1e15  # of one CPU


def test_known_gpus_use_the_data_sheet(monkeypatch):
    twin = learner.Learner(CONFIG, TrainingConfig(), DeviceConfig(
        device="cpu", precision="bfloat16"), initial_parameters(CONFIG, 0))
    twin.machine.device = torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "get_device_name",
                        lambda device: "NVIDIA H100 80GB HBM3")
    assert theirs.peak_flops(twin) == theirs.DATA_SHEETS["H100"]
