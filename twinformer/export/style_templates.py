"""A prompt style of ours in the template languages of others: Jinja, which llama.cpp reads in a
GGUF file, and that of Go, which Ollama reads in a Modelfile.

A style without turns, such as Alpaca's, has no form for what was said before: the last question
stands alone, behind what the system says, as in twinformer chat. Go's language can neither take
spaces away nor cut a text: what is said stays as it is there, and thoughts are left out of earlier
answers by Ollama itself, which has them apart.
"""
from ..corpora.prompt_style import PromptStyle
from ..corpora.records import Instruction
from ..corpora.turns import Turn
from ..io.strict_json import json_text
from ..tokenizers.byte_tokenizer import ByteTokenizer

__all__ = ["go_template", "jinja_template", "spelled"]

APART = "\n\n"      # between what the system says and the question, in one message


def spelled(style: PromptStyle, turns: list[Turn]) -> str:
    """A conversation up to where the assistant is to answer, as text: the words of our chat."""
    *before, question = turns
    if not style.turns:
        before = [turn for turn in before if turn.role == "system"]
    tokenizer = ByteTokenizer(())
    return tokenizer.decode(style.question_ids(
        Instruction(question.text, "", "", tuple(before)), tokenizer))


def go_template(style: PromptStyle, begins: str = "") -> str:
    """The TEMPLATE of a Modelfile.

    begins : the token that llama.cpp puts in front of every text by itself
    """
    first = style.before_all if style.before_all != begins else ""
    question = style.before_instruction + "{{ if $system }}{{ $system }}" + APART + "{{ end }}"
    if not style.turns:
        return ('{{ $system := "" }}{{ $asked := "" }}{{ range .Messages }}'
                '{{ if eq .Role "system" }}{{ $system = .Content }}'
                '{{ else if eq .Role "user" }}{{ $asked = .Content }}{{ end }}{{ end }}'
                f"{first}{question}{{{{ $asked }}}}{style.asking}")
    answer = f"{{{{ .Content }}}}{style.after_response}{style.after_turn}"
    if style.before_system:
        system = f"{style.before_system}{{{{ .Content }}}}{style.after_system}"
        question, declared = style.before_instruction, ""
    else:
        system, declared = "{{ $system = .Content }}", '{{ $system := "" }}'
        question += '{{ $system = "" }}'
    after = style.before_response
    if style.asking != after:       # the last question has more behind it
        after += ("{{ if eq (len (slice $.Messages $i)) 1 }}"
                  f"{style.no_thoughts}{{{{ end }}}}")
    return (f"{declared}{first}{{{{ range $i, $_ := .Messages }}}}"
            f'{{{{ if eq .Role "system" }}}}{system}'
            f'{{{{ else if eq .Role "user" }}}}{question}{{{{ .Content }}}}{after}'
            f'{{{{ else if eq .Role "assistant" }}}}{answer}{{{{ end }}}}{{{{ end }}}}')


def jinja_template(style: PromptStyle) -> str:
    """The same for llama.cpp, and for transformers' apply_chat_template."""
    def put(text: str) -> str:
        return f"{{{{ {json_text(text, ensure_ascii=False)} }}}}" if text else ""

    said = "message.content" + (" | trim" if style.strip else "")
    asking = (f"{{% if not loop.last %}}{put(style.before_response)}"
              f"{{% elif add_generation_prompt %}}{put(style.asking)}{{% endif %}}")
    held = ("{% if held.system %}{{ held.system }}" + put(APART)
            + "{% set held.system = '' %}{% endif %}")
    system = f"{{% set held.system = {said} %}}"
    if not style.turns:     # the last question alone
        return (f"{{% set held = namespace(system='') %}}{{% for message in messages %}}"
                f"{{% if message.role == 'system' %}}{system}"
                f"{{% elif message.role == 'user' and loop.last %}}"
                f"{put(style.before_instruction)}{held}{{{{ {said} }}}}{asking}"
                "{% endif %}{% endfor %}")
    if style.before_system:
        system, held = (f"{put(style.before_system)}{{{{ {said} }}}}{put(style.after_system)}", "")
    answer = f"({said}).split('</think>')[-1].lstrip('\\n')" if style.no_thoughts else said
    return (f"{{% set held = namespace(system='') %}}{put(style.before_all)}"
            f"{{% for message in messages %}}{{% if message.role == 'system' %}}{system}"
            f"{{% elif message.role == 'user' %}}{put(style.before_instruction)}{held}"
            f"{{{{ {said} }}}}{asking}{{% elif message.role == 'assistant' %}}"
            f"{{{{ {answer} }}}}{put(style.after_response)}{put(style.after_turn)}"
            "{% endif %}{% endfor %}")
