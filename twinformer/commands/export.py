"""Write a run's model as a Hugging Face folder, for everything outside of here.

  twinformer export runs/run-1 ./my-gpt
  twinformer export runs/instruct-1 ./my-gpt      finetuned; LoRA is merged in
  twinformer export runs/instruct-1 ./my-lora --adapter

The folder has the weights (model.safetensors), config.json, tokenizer files and
generation_config.json with the token that ends a text:

  from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline
  model = AutoModelForCausalLM.from_pretrained("./my-gpt")
  tokenizer = AutoTokenizer.from_pretrained("./my-gpt")
  pipeline("text-generation", "./my-gpt")("Once upon")

The ids are equal, the logits are equal but for rounding. --adapter writes the
LoRA of a run that was tuned with --train lora, and beside it, in base/, the
model it belongs to: peft's AutoPeftModelForCausalLM.from_pretrained("./my-lora").
Nothing is overwritten, and a folder is there whole or not at all.
"""
__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("model", type=str, help="a run, or one checkpoint in it; gpt2, "
                        "qwen3-0.6b or another published size; a folder with weights")
    parser.add_argument("folder", type=str, help="where to: a new or empty folder")
    parser.add_argument("--adapter", action="store_true",
                        help="the LoRA of the run by itself, and its base beside it")


def run(arguments) -> None:
    from ..backend import default_backend
    from ..export.folder import export_adapter, export_model

    from .opening import open_model

    def opened_by(source: str):
        return open_model(source, default_backend(), to_write=False)

    opened = opened_by(arguments.model)
    if arguments.adapter:
        print(export_adapter(opened, arguments.folder, opened_by))
    else:
        print(export_model(opened, arguments.folder))
