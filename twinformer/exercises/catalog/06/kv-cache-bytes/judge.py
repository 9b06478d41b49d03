"""As `twinformer estimate` counts it, from the published shapes."""
from twinformer import all_presets, preset
from twinformer.estimate.kv_cache import kv_cache_bytes


def truth():
    llama = all_presets()["llama-3.2-1b"]
    return {"gpt2_bytes": int(kv_cache_bytes(preset("gpt2"), 1024, width=2)),
            "llama_bytes": int(kv_cache_bytes(llama, 8192, width=2)),
            "saved": llama.n_heads // llama.n_kv_heads}
