"""What no test can tell from the original, and why."""

__all__ = ["EQUIVALENT", "SPEED_ALONE"]

# Mutants that compute the same: (module, what they say) -> why.
SLICES = "how the work is cut into slices changes none of its numbers"
AXES = "of four axes the third is the last but one, of two the second the last"
SHORTCUT = "a short way for keys that need no mask, taken less often"
PLAIN = "in tiles or as a whole: the same numbers"
SPEED = "how soon the same numbers are there"
HEAP = "no token starts or ends there, by either number"
CLOCK = "how long the speed is measured"
EQUIVALENT: dict[tuple[str, str], str] = {
    ("layers.softmax", "masked_softmax: 0 -> 1"):
        "what is taken from a row of -inf, which it stays",
    ("layers.softmax", "masked_softmax: 1 -> 2"):
        "what the zeros of a row without any True are divided by",
    ("layers.linear", "Linear.backward: -1 -> 1"): AXES,
    ("layers.activations", "relu: x <= 0 -> x < 0"): "at 0 either way gives 0",
    ("layers.activations", "clipped: 40 -> 41"):
        "beyond 40 both GELUs keep all of x or nothing, to the last bit",
    ("generation.past", "remember: cache.k is None or cache.length + n <= cache.capacity -> "
     "cache.k is None and cache.length + n <= cache.capacity"):
        "what is remembered in vain, rewind puts back where it stands already",
    ("generation.past", "remember: cache.length + n <= cache.capacity -> "
     "cache.length + n < cache.capacity"):
        "what is remembered in vain, rewind puts back where it stands already",
    ("generation.past", "rewind: length < end -> length <= end"):
        "where nothing is taken back, no place is written",
    ("generation.text_vectors", "mean_vector: hidden.mean(0) -> hidden.sum(0)"):
        "scaled to length 1, a sum is the mean",
    ("generation.text_vectors", "mean_vector: 1 -> 2"):
        "what a vector of zeros is divided by",
    ("layers.dropout", "Dropout.forward: 0 -> 1"):
        "at rate 0 every number is kept, and divided by 1",
    ("layers.flash_attention", ": 1024 -> 1025"): SLICES,
    ("layers.flash_attention", ": 64 -> 65"): SLICES,
    ("layers.flash_attention", "forward_tiles: -2 -> 2"): AXES,
    ("layers.flash_attention", "backward_tiles: -2 -> 2"): AXES,
    **{("layers.tiles", f"work: {what}"): SLICES for what in (
        "q.shape[1] // k.shape[1] -> q.shape[1] * k.shape[1]", "1 -> 2",
        "how.tile[0] // r -> how.tile[0] * r", "how.window + t -> how.window",
        "how.window + t -> t", "r * t * s -> r * t", "r * t * s -> s", "r * t -> r",
        "r * t -> t")},
    **{("layers.tiles", f"mask_tile: {what}"): SHORTCUT for what in (
        "query[-1] - key[0] -> query[-1] + key[0]", "query[-1] - key[0] -> query[-1]",
        "query[0] - key[0] + 1 -> query[0] - key[0] - 1",
        "query[0] - key[0] + 1 -> query[0] - key[0]")},
    **{("layers.router", f"{function}: -1 -> 1"): AXES for function in (
        "choose", "softmax_then_top_k", "top_k_then_softmax", "sigmoid_with_groups",
        "softmax_then_top_k_backward", "sigmoid_with_groups_backward", "spread")},
    ("layers.router", "in_best_groups: np.sort(grouped, -1)[..., -2:].sum(-1) -> "
     "np.sort(grouped, -1)[..., -2:].mean(-1)"): "half of it puts groups in the same order",
    **{("layers.load_balance", f"{function}: -1 -> 1"): AXES for function in (
        "load_balance_loss", "load_balance_loss_backward")},
    ("layers.multi_head_attention", "MultiHeadAttention.forward: context.keep is not "
     "None and self.dropout > 0 -> context.keep is not None or self.dropout > 0"): PLAIN,
    ("layers.multi_head_attention", "MultiHeadAttention.forward: self.dropout > 0 -> "
     "self.dropout >= 0"): PLAIN,
    **{("twinformer.batches.parts", what): SLICES for what in (
        ": 1 -> 2", ": 16 -> 17", ": 18 -> 19", ": 24 -> 25")},
    ("twinformer.batches.parts", "part_count: 2 -> 3"):
        "the largest power of two up to 3 is 2",
    ("layers.parallel", ": 18 -> 19"): SLICES,
    ("layers.parallel", ": 1 -> 2"): SLICES,
    ("layers.parallel", "by_rows: 1 -> 2"): SLICES,
    ("layers.parallel", ": 2 -> 3"): SLICES,
    ("layers.parallel", "equal_slices: 1 -> 2"): "two slices are an even number of them",
    ("layers.parallel", "Joined.put: 0 -> 1"): "a single array may have any number",
    ("layers.parallel", "over_heads: 1 -> 2"): SLICES,
    **{("layers.few_rows", f": {what}"): SPEED for what in (
        "1 -> 2", "24 -> 25", "21 -> 22", "10 ** 6 -> 10 * 6", "10 -> 11", "6 -> 7")},
    **{("layers.rms_norm", f"{function}: -1 -> 1"): AXES for function in (
        "normalised", "normalised_backward")},
    ("layers.linear", ": 16 -> 17"): SPEED,
    ("layers.linear", "Linear.forward: len(rows) > FEW -> len(rows) >= FEW"): SPEED,
    ("layers.kv_cache", ": 64 -> 65"): SPEED,
    ("layers.kv_cache", "KVCache.allocate: tokens <= self.room -> tokens < self.room"): SPEED,
    ("layers.rotary", "Rotary.yarn: factor > 1 -> factor >= 1"):
        "slowed down by 1, a frequency is what it was",
    ("layers.rotary_frequencies", "yarn_frequencies: 0.001 * (first == last) -> first == last"):
        "any width less than 1 between pairs makes the same step",
    **{("layers.flash_attention", f"forward_tiles: {what}"):
       "a number below all scores, however far" for what in (
        "np.finfo(q.dtype).min / 2 -> np.finfo(q.dtype).min", "2 -> 3")},
    ("layers.flash_attention", "forward_tiles: 1 -> 2"):
        "what the zeros of a query that sees nothing are divided by; beside the lowest number its "
        "logarithm is nothing",
    ("layers.grouped_query_attention", "GroupedQueryAttention.shrink_scores: -1 -> 1"): AXES,
    ("layers.qk_clip", "QKClip.step: largest > self.tau -> largest >= self.tau"):
        "at tau the factor is 1",
    ("layers.rotary_frequencies", "yarn_attention_factor: factor > 1 -> factor >= 1"):
        "at 1 the formula gives 1 as well",
    ("training.loss", "surprise_of_rows: -1 -> 1"): AXES,
    ("training.newton_schulz", "newton_schulz: m > n -> m >= n"):
        "on its side a square matrix gives the same",
    ("training.newton_schulz", "newton_schulz: c * gram @ gram -> gram @ (c * gram)"):
        "a number may stand before either factor of a product",
    ("training.muon", "matrices_of: -1 -> 1"): AXES,
    ("training.muon", "Muon.__init__: 1 -> 2"):
        "any shape will do where it is asked whether there is such a rule",
    **{("twinformer.batches.masking", f"hide_tokens: {what}"):
       "a random number is the limit itself once in many years" for what in (
        "how < MASKED -> how <= MASKED", "how >= 1 - RANDOM -> how > 1 - RANDOM")},
    ("training.optimizer", "AdamW.step: parameter.size > SLICE -> "
     "parameter.size >= SLICE"): SLICES,
    ("training.throughput", ": 1024 -> 1025"): CLOCK,
    ("training.throughput", ": 5 -> 6"): CLOCK,
    ("generation.sampling", "next_probabilities: 1.0 -> 2.0"):
        "the temperature of a single candidate, whose probability is 1",
    ("generation.generate", "generate.tokens: stopped |= np.isin(new, stops) -> "
     "stopped = np.isin(new, stops)"):
        "a row that has stopped repeats its stop token, which stops it again",
    ("generation.generate", "generate.tokens: n > 1 -> n >= 1"):
        "where each row is taken once, they stay as they are",
    ("generation.logits_processing", "penalise_repetition: logits > 0 -> logits >= 0"):
        "at 0 either way gives 0",
    ("generation.logits_processing", "seen_tokens: -1 -> 1"): AXES,
    ("generation.logits_processing", "LogitsProcessor.__call__: -1 -> 1"): AXES,
    ("generation.beam_search", "best_continuations: -1 -> 1"): AXES,
    ("generation.beam_search", "beam_search: 1 -> 2"):
        "the last step ends all texts and so the search; of more candidates than K that go on, "
        "K are kept",
    ("generation.speculative", "speculative_generate.tokens: 0 -> 1"):
        "the first token of a prompt of two is read with the guesses, into caches that are empty",
    ("generation.speculative", "speculative_generate.tokens: 1 -> 2"):
        "one token more is remembered than comes, and is not asked for",
    ("finetuning.classifier_model", "trained_classifier: 0 -> 1"):
        "the seed of weights that are replaced in the next line",
    ("finetuning.lora", "LoRALinear.merged: 1 -> 2"):
        "the size of a Linear whose weights are replaced in the next line",
    ("finetuning.review", "classify_review: 0 -> 1"):
        "the label of a text that nobody has labelled, which nobody reads",
    **{("twinformer.tokenizers.fast.bpe_merging", f"merge_piece{what}"): HEAP for what in (
        ": end - 1 -> end + 1", ": end - 1 -> end", ": 1 -> 2", ".candidate: 1 -> 2",
        ": -1 -> 1")},
    ("evaluation.likelihood", "choice_log_likelihoods: -1 -> 1"):
        "the last axis of a table is its second one"}

# Modules that only make others fast: what their tests let through decides how
# soon a number is there, and not which one
SPEED_ALONE = {
    "twinformer.tokenizers.fast.early_merges":
        "what is not merged early is merged later",
    "twinformer.tokenizers.fast.pair_ranks":
        "where a pair is kept decides how soon it is found",
    "twinformer.tokenizers.fast.piece_cache":
        "what is remembered, and when, decides what is computed again"}
