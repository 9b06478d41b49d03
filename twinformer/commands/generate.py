"""Continue a text with a trained model; the words appear as they are chosen.

  twinformer generate runs/run-1 --prompt "def main("
  twinformer generate runs/run-1 --temperature 0 --backend numpy
  twinformer generate gpt2 --prompt "Alan Turing theorized that" --beams 4
  twinformer generate gpt2 --prompt "2 + 2 = 5. True or false? It is" --choices " true" " false"
  twinformer generate runs/run-1 --interactive
  cat story.txt | twinformer generate runs/run-1 --prompt - --max-new-tokens 500

The same seed gives the same text, whichever backend computes it.
"""
import sys

from ..backend import implementation

from .generating.options import add_arguments, check_arguments

__all__ = ["add_arguments", "build_model", "run"]


def run(arguments) -> None:
    from .console import given_text, never_fail_to_print
    from .generating.prompt_loop import prompt_loop
    from .generating.writing import Writer
    from .opening import open_model

    check_arguments(arguments)
    never_fail_to_print()
    opened = open_model(arguments.model, arguments.backend)
    tokenizer, context = opened.tokenizer, opened.config.model.context_length
    prompts = []
    if arguments.prompts:
        prompts = [beginning(line, tokenizer) for line in lines_of(arguments.prompts)]
    elif not arguments.interactive:
        text = arguments.prompt
        prompts = [beginning(None if text is None else given_text(text), tokenizer)]
    draft = draft_of(arguments, tokenizer) if arguments.draft else None
    model, where = build_model(opened, arguments.backend, arguments.device)
    if arguments.compile:
        model = implementation("torch").CompiledDecoder(model)
    step = f", step {opened.step}" if opened.step else ""
    writer = Writer(implementation(arguments.backend), model, tokenizer, arguments,
                    f"{arguments.backend} on {where}{step}", draft)
    if arguments.interactive:
        prompt_loop(lambda text: writer.write([seen(beginning(text, tokenizer), context)]))
    else:
        writer.write([seen(prompt, context) for prompt in prompts])


def seen(prompt, context: int):
    """The prompt; said, if it is longer than what the model sees."""
    if len(prompt[1]) > context:
        print(f"the prompt is {len(prompt[1])} tokens long; the model sees the last {context}",
              file=sys.stderr)
    return prompt


def beginning(text, tokenizer):
    """The text to show first, and its token ids; None begins a new text."""
    if text is None:
        if tokenizer.first_token is None:
            raise ValueError(
                "this model's tokenizer has no end-of-text token to begin a new text with; give "
                "--prompt TEXT")
        return "", [tokenizer.first_token]
    if not text:
        raise ValueError("the prompt is empty; leave --prompt out to begin a new text")
    try:
        return text, tokenizer.encode(text, allowed_special="all", add_beginning=True)
    except ValueError as problem:
        raise ValueError(f"this model cannot read the prompt: {problem}") from None


def lines_of(path: str) -> list[str]:
    """The lines of a file that are not blank."""
    from ..io.paths import expanded
    from ..io.text_files import decoded

    lines = [line for line in decoded(expanded(path).read_bytes(), path).splitlines()
             if line.strip()]
    if not lines:
        raise ValueError(f"{path} holds no prompt; put one on each line")
    return lines


def draft_of(arguments, tokenizer):
    """The smaller model that guesses, where it has the same tokens."""
    from .opening import open_model

    opened = open_model(arguments.draft, arguments.backend)
    if opened.tokenizer.table != tokenizer.table:
        raise ValueError(f"{arguments.draft} and {arguments.model} have different tokens; a draft "
                         "has to be trained with the tokenizer of the model that it guesses for")
    return build_model(opened, arguments.backend, arguments.device)[0]


def build_model(opened, backend, device):
    """The opened run's model in either backend, and where it computes."""
    package = implementation(backend)
    return package.placed(package.model_of(opened.config.model, opened.parameters), device)
