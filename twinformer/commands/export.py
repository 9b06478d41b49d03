"""Write a run's model for everything outside of here: Hugging Face, GGUF, ONNX.

  twinformer export runs/run-1 ./my-gpt
  twinformer export runs/instruct-1 ./my-gpt      finetuned; LoRA is merged in
  twinformer export runs/instruct-1 ./my-lora --adapter
  twinformer export runs/run-1 my-gpt.gguf --format gguf --dtype q8_0
  twinformer export runs/run-1 ./my-onnx --format onnx
  twinformer export runs/run-1 my-gpt.safetensors --format safetensors

The folder has the weights (model.safetensors), config.json, tokenizer files and
generation_config.json with the token that ends a text:

  from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline
  model = AutoModelForCausalLM.from_pretrained("./my-gpt")
  tokenizer = AutoTokenizer.from_pretrained("./my-gpt")
  pipeline("text-generation", "./my-gpt")("Once upon")

The ids are equal, the logits are equal but for rounding. --adapter writes the
LoRA of a run that was tuned with --train lora, and beside it, in base/, the
model it belongs to: peft's AutoPeftModelForCausalLM.from_pretrained("./my-lora").

A GGUF file is what llama.cpp, Ollama and LM Studio open: GPT-2, Llama, Qwen3, its
experts, Gemma 3, Olmo 3 and gpt-oss, with a tokenizer of byte pairs (SentencePiece's
too) or bytes. Beside it stands a Modelfile for Ollama: the words in which the model
was taught to be asked, which Ollama would otherwise guess. What is written comes
back: a .gguf file of f32, f16, bf16 or q8_0 is taken wherever a folder of weights is.

--format onnx writes model.onnx, config.json and tokenizer files: what onnxruntime
runs without Python or PyTorch, of any batch and length. All kinds of models, and
classifiers (twinformer classify) too. Keys and values of the past are inputs and
outputs, so that each new token costs one token's work; --no-past leaves them out.
The new file is run beside the reference, and how far apart they are is printed.

--format safetensors writes the arrays alone, in one file, under the names that
they have in numpy_impl and torch_impl; the config is in its header.

Nothing is overwritten, and what is written is there whole or not at all.
"""
__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("model", type=str, help="a run, or one checkpoint in it; gpt2, "
                        "qwen3-0.6b or another published size; a folder or .gguf file with "
                        "weights")
    parser.add_argument("folder", type=str, help="where to: a new or empty folder; for gguf and "
                        "safetensors, a new file")
    parser.add_argument("--format", choices=["huggingface", "gguf", "onnx", "safetensors"],
                        default="huggingface", help="what reads it")
    parser.add_argument("--dtype", choices=["f32", "f16", "bf16", "q8_0"],
                        help="of matrices in a GGUF file; left out, f16; f32 is exact; bf16 "
                        "keeps the range of f32")
    parser.add_argument("--no-past", action="store_true",
                        help="an ONNX file that reads whole texts alone: fewer inputs, and every "
                        "new token costs the whole text's work")
    parser.add_argument("--adapter", action="store_true",
                        help="the LoRA of the run by itself, and its base beside it")


def run(arguments) -> None:
    import sys

    from ..backend import default_backend
    from ..export.folder import export_adapter, export_model
    from ..export.gguf_file import export_gguf
    from ..export.onnx_folder import export_onnx
    from ..export.safetensors_file import export_safetensors

    from .opening import open_model

    def opened_by(source: str, classifiers: bool = False):
        return open_model(source, default_backend(), to_write=False, classifiers=classifiers)

    check_options(arguments)
    opened = opened_by(arguments.model, arguments.format in ("onnx", "safetensors"))
    if arguments.format == "gguf":
        print(export_gguf(opened, arguments.folder, arguments.dtype or "f16"))
    elif arguments.format == "onnx":
        print(export_onnx(opened, arguments.folder, not arguments.no_past,
                          lambda line: print(line, file=sys.stderr)))
    elif arguments.format == "safetensors":
        print(export_safetensors(opened, arguments.folder))
    elif arguments.adapter:
        print(export_adapter(opened, arguments.folder, opened_by))
    else:
        print(export_model(opened, arguments.folder))


def check_options(arguments) -> None:
    """ValueError where an option is of another format."""
    if arguments.dtype and arguments.format != "gguf":
        raise ValueError("--dtype is for --format gguf; every other format has the "
                         "weights as they are")
    if arguments.adapter and arguments.format != "huggingface":
        raise ValueError("--adapter is for --format huggingface; every other has the whole "
                         "model, LoRA merged in")
    if arguments.no_past and arguments.format != "onnx":
        raise ValueError("--no-past is for --format onnx; no other format has a past")
