"""What is known of the published weights of the decoders after GPT-2: above all, how many they
are."""
from .figure import Figure
from .measures import first_logits, greedy_ids, mean_logits, parameter_count

__all__ = ["PUBLISHED_DECODERS"]

RASCHKA = "Raschka, LLMs-from-scratch"
SHAPE = "shape of its config"
COUNTS = {
    "llama-3.2-1b": (1_235_814_400, RASCHKA), "llama-3.2-3b": (3_212_749_824, SHAPE),
    "qwen3-0.6b": (596_049_920, RASCHKA), "qwen3-0.6b-base": (596_049_920, RASCHKA),
    "qwen3-1.7b": (1_720_574_976, SHAPE), "qwen3-4b": (4_022_468_096, SHAPE),
    "qwen3-8b": (8_190_735_360, SHAPE), "qwen3-14b": (14_768_307_200, SHAPE),
    "qwen3-32b": (32_762_123_264, SHAPE), "qwen3-4b-2507": (4_022_468_096, SHAPE),
    "qwen3-30b-a3b": (30_532_122_624, RASCHKA), "qwen3-30b-a3b-2507": (30_532_122_624, RASCHKA),
    "gemma-3-270m": (268_098_176, RASCHKA), "gemma-3-1b": (999_885_952, SHAPE),
    "olmo-3-7b": (7_298_011_136, RASCHKA), "olmo-3-32b": (32_233_522_176, SHAPE),
    "gpt-oss-20b": (20_914_757_184, SHAPE), "gpt-oss-120b": (116_829_156_672, SHAPE),
    "stories260k": (260_032, SHAPE),
}

# Of a model in bfloat16, in which numbers near 8 are 1/16 apart: two such steps
BFLOAT16 = 0.125
QWEN3_IDS = [1, 306, 4658, 278, 6593, 310, 2834, 338]
QWEN3 = "transformers, tests of Qwen3"
MORE = {
    "qwen3-0.6b-base": (
        Figure(what="mean of the logits of each position", source=QWEN3, tolerance=0.05,
               expected=[-1.4577, 1.3261, 3.8498, 3.4229, 2.9009, 1.8813, 2.1530, 2.1431],
               measure=mean_logits(QWEN3_IDS)),
        Figure(what="the first logits of the first position", source=QWEN3, tolerance=BFLOAT16,
               expected=[5.9062, 6.0938, 5.5625, 3.8594, 2.6094, 1.9531, 4.3125, 4.9375, 3.8906,
                         3.1094, 3.6719, 5.1562, 6.9062, 5.7500, 5.4062, 7.0625, 8.7500, 8.7500,
                         8.1250, 7.9375, 8.0625, 7.5312, 7.3750, 7.2188, 7.2500, 5.8750, 2.8750,
                         4.3438, 2.3438, 2.2500],
               measure=first_logits(QWEN3_IDS, 30))),
    "stories260k": (
        Figure(what="greedy tokens, after the beginning of a text", source="llama2.c, run.c",
               expected=[403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315],
               measure=greedy_ids([1], 11)),
        Figure(what="the first logits after the beginning", source="NumPy, in float64",
               expected=[-6.222914, 8.404342, -6.223739, -6.222544, -6.221953, -6.222877],
               measure=first_logits([1], 6), tolerance=1e-4)),
}

PUBLISHED_DECODERS = {
    name: (Figure(what="parameters", source=source, expected=count, measure=parameter_count),
           *MORE.get(name, ()))
    for name, (count, source) in COUNTS.items()}
