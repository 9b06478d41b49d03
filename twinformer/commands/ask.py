"""Ask a model that was taught to follow instructions.

  twinformer ask runs/instruct-1 "What is the plural of goose?"
  twinformer ask runs/instruct-1 "Correct the sentence." --input "He go home."
  twinformer ask runs/dpo-1 "Name three fruits." --temperature 0.7 --seed 3
  twinformer ask runs/instruct-1 --data tasks.json --output responses.json

The question is worded as in training: with the template that the model was
taught with; of a model from elsewhere with the chat template in its folder.
--data answers a JSON list of tasks all at once, and adds a "model_response"
to each.
"""
import sys

from .answering_options import add_drawing, add_place, add_template, add_thinking

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("model", type=str, help="a run of twinformer instruct or dpo; any other "
                        "model answers as well as it can")
    parser.add_argument("question", nargs="?", type=str,
                        help="the instruction; - reads it from standard input")
    parser.add_argument("--input", type=str, default="", help="what the instruction is about")
    parser.add_argument("--data", type=str, metavar="FILE",
                        help="a JSON file of tasks, in place of a question")
    parser.add_argument("--output", type=str, default="responses.json",
                        help="where the answers to --data go; no file is overwritten")
    add_template(parser, "the question")
    add_thinking(parser)
    parser.add_argument("--max_new_tokens", type=int, default=200, help="the longest answer")
    add_drawing(parser, 0.0)
    parser.add_argument("--seed", type=int, default=0, help="another seed, another answer")
    add_place(parser)


def run(arguments) -> None:
    from ..finetuning.answering import answer_tasks, write_responses
    from ..generation.options import check_sampling_options, check_whole
    from ..generation.streaming import broken_characters
    from ..chat.files import OWN, style_named
    from ..corpora.prompts import usual_template
    from ..corpora.records import read_instructions

    from ..backend import implementation
    from .generate import build_model
    from .opening import open_model
    from .output_file import new_file

    check_sampling_options(arguments.temperature, arguments.top_k, arguments.top_p)
    check_whole("max_new_tokens", arguments.max_new_tokens, 1, "200 is a paragraph")
    check_whole("seed", arguments.seed, 0, "any whole number from 0 will do")
    tasks = tasks_of(arguments)
    output = new_file(arguments.output) if arguments.data else None
    opened = open_model(arguments.model, arguments.backend)
    taught = opened.task.get("template")
    template = arguments.template or usual_template(
        taught, opened.config.model.context_length)
    if not (taught or arguments.template):
        print(f"{arguments.model} was not taught to follow instructions; asking it all the same, "
              f"with the {template} template", file=sys.stderr)
    style = style_named(template, opened.task)
    if arguments.thinking is not None:
        style = with_thinking(style, arguments.thinking)
    if template == OWN and not opened.task.get("kind"):
        print("asking in the model's own chat template, of "
              f"{opened.task['chat_template']['origin']}", file=sys.stderr)
    if arguments.data and style.turns:
        tasks = read_instructions(arguments.data, answered=False, whole=True)
    model, _ = build_model(opened, arguments.backend, arguments.device)
    respond = implementation(arguments.backend).respond
    answers = answer_tasks(
        model, tasks, style, opened.tokenizer, respond, arguments.max_new_tokens,
        temperature=arguments.temperature, top_k=arguments.top_k, top_p=arguments.top_p,
        seed=arguments.seed)
    if hint := broken_characters("".join(answers)):
        print(hint, file=sys.stderr)
    if output:
        write_responses(output, tasks, answers)
        print(f"{len(answers)} answers in {output}")
    else:
        print(answers[0])
        if not answers[0]:
            print("the model ended its answer at once; --temperature 0.8 may bring another one, "
                  "and longer training better ones", file=sys.stderr)


def with_thinking(style, thinking: bool):
    """The same template, told whether to make the model think."""
    from dataclasses import replace

    from ..chat.template import ChatTemplate

    if not isinstance(style, ChatTemplate) or "enable_thinking" not in style.source:
        raise ValueError("--thinking is for a model whose own chat template asks for "
                         "enable_thinking, as Qwen3's; of the other templates, qwen3 lets a model "
                         "think and qwen3-no-thinking does not")
    return replace(style, variables={**style.variables, "enable_thinking": thinking})


def tasks_of(arguments):
    """The question as a task, or those of the file."""
    from ..corpora.records import Instruction, read_instructions

    from .console import given_text

    if bool(arguments.data) == (arguments.question is not None):
        raise ValueError("give a question, or --data with many: twinformer ask RUN \"Name three "
                         "fruits.\"")
    if arguments.data:
        tasks = read_instructions(arguments.data, answered=False)
        if not tasks:
            raise ValueError(f"{arguments.data} holds no task")
        return tasks
    question = given_text(arguments.question)
    if not question.strip():
        raise ValueError("the question is empty")
    return [Instruction(question, arguments.input, "")]
