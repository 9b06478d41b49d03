"""What options are called in other programs, and here.

An option of the left is no option; the first of the right that the command
has is what was meant.
"""

__all__ = ["OTHER_NAMES"]

MODEL = ("model", "resume", "run")
DATA = ("data", "corpus")

OTHER_NAMES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("run", "weights", "base_model", "model_name", "model_path", "checkpoint",
                     "model_name_or_path", "pretrained", "from_pretrained", "base"), MODEL),
    **dict.fromkeys(("corpus", "dataset", "file", "files", "train_file", "train_data",
                     "data_path", "data_dir", "dataset_name", "text_file"), DATA),
    **dict.fromkeys(("input", "text"), ("prompt", "question", "predict", *DATA)),
    **dict.fromkeys(("out", "output", "output_dir", "out_dir", "save_dir", "run_dir"),
                    ("output", "folder")),
    **dict.fromkeys(("continue", "resume_from", "resume_from_checkpoint", "checkpoint"),
                    ("resume", "model")),
    **dict.fromkeys(("run_name", "experiment", "exp_name"), ("name",)),
    **dict.fromkeys(("steps", "iters", "max_iters", "num_steps", "iterations"), ("max_steps",)),
    **dict.fromkeys(("num_epochs", "num_train_epochs", "n_epochs", "max_epochs"), ("epochs",)),
    **dict.fromkeys(("bs", "batch", "per_device_train_batch_size", "micro_batch_size"),
                    ("batch_size",)),
    **dict.fromkeys(("grad_accum", "gradient_accumulation_steps", "accumulate"),
                    ("accumulation",)),
    **dict.fromkeys(("rate", "max_lr"), ("learning_rate",)),
    "wd": ("weight_decay",),
    **dict.fromkeys(("optim", "optimiser"), ("optimizer",)),
    "ns_steps": ("newton_schulz_steps",),
    **dict.fromkeys(("z_loss_weight", "z_loss_coefficient"), ("z_loss",)),
    "eps": ("epsilon",),
    **dict.fromkeys(("grad_clip", "max_grad_norm", "clip"), ("clip_norm",)),
    **dict.fromkeys(("warmup_iters", "warmup", "warmup_ratio"), ("warmup_steps", "warmup")),
    **dict.fromkeys(("lr_scheduler", "lr_scheduler_type", "scheduler"), ("schedule",)),
    **dict.fromkeys(("eval_every", "eval_steps", "eval_iters"), ("eval_interval",)),
    **dict.fromkeys(("save_every", "save_steps", "save_interval"), ("checkpoint_interval",)),
    **dict.fromkeys(("early_stopping", "early_stopping_patience"), ("patience",)),
    **dict.fromkeys(("block_size", "ctx", "seq_len", "seq_length", "context", "max_seq_len",
                     "max_length", "max_seq_length", "n_ctx"), ("context_length", "window")),
    **dict.fromkeys(("n_embd", "hidden_size", "dim", "width", "embed_dim", "emb_dim"),
                    ("d_model",)),
    **dict.fromkeys(("layers", "n_layer", "num_layers", "num_hidden_layers"), ("n_layers",)),
    **dict.fromkeys(("arch", "architecture", "model_type", "model_kind"), ("kind",)),
    **dict.fromkeys(("num_key_value_heads", "num_kv_heads", "kv_heads"), ("n_kv_heads",)),
    **dict.fromkeys(("intermediate_size", "ffn_dim", "d_ff", "hidden_dim"), ("d_hidden",)),
    **dict.fromkeys(("num_experts", "num_local_experts", "experts"), ("n_experts",)),
    **dict.fromkeys(("num_experts_per_tok", "top_k_experts"), ("n_active",)),
    **dict.fromkeys(("heads", "n_head", "num_heads", "num_attention_heads"), ("n_heads",)),
    **dict.fromkeys(("gpu", "cuda", "cpu", "accelerator"), ("device",)),
    **dict.fromkeys(("fp16", "bf16", "amp", "dtype", "mixed_precision"), ("precision", "dtype")),
    **dict.fromkeys(("framework", "engine"), ("backend",)),
    **dict.fromkeys(("random_seed", "random_state"), ("seed",)),
    **dict.fromkeys(("max_tokens", "num_tokens", "n_predict", "length", "tokens"),
                    ("max_new_tokens",)),
    **dict.fromkeys(("url", "base_url", "api_base", "host"), ("endpoint", "judge_endpoint")),
    **dict.fromkeys(("key_variable", "api_key_env", "key_env"), ("key_env", "judge_key_env")),
    **dict.fromkeys(("num_instructions", "num_samples", "limit"), ("count",)),
    "temp": ("temperature",),
    **dict.fromkeys(("r", "lora_r"), ("rank", "lora_rank")),
    "target_modules": ("targets",),
    **dict.fromkeys(("val_split", "val", "validation_split", "eval_split"),
                    ("validation", "train_share")),
    **dict.fromkeys(("instruction", "q"), ("question",)),
    **dict.fromkeys(("model", "judge_model", "grader"), ("judge",)),
}
