"""Chat templates in the manner of known models, and the tokenizer for all of them."""
from functools import cache

from transformers import PreTrainedTokenizerFast

from numpy_impl.text.bpe import BPETokenizer
from twinformer.pretrained.tokenizer_files import write_tokenizer_files

NAMES = ["<|endoftext|>", "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|begin_of_text|>",
         "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<bos>", "<start_of_turn>",
         "<end_of_turn>", "[INST]", "[/INST]"]
VARIABLES = {"bos_token": "<s>", "eos_token": "</s>"}

CHATML = """\
{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""

LLAMA3 = """\
{% for message in messages %}
  {% if loop.first %}{{ '<|begin_of_text|>' }}{% endif %}
{{- '<|start_header_id|>' ~ message['role'] ~ '<|end_header_id|>\\n\\n' }}
{{- message['content'] | trim }}{{ '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt -%}
{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}"""

# earlier thoughts are forgotten; the last answer has room for them
QWEN3 = """\
{%- set ns = namespace(asked=0) %}
{%- for message in messages %}
  {%- if message.role == 'user' %}{% set ns.asked = loop.index0 %}{% endif %}
{%- endfor %}
{%- for message in messages %}
  {%- set content = message.content %}
  {%- set thoughts = '' %}
  {%- if message.role == 'assistant' and '</think>' in content %}
    {%- set thoughts = content.split('</think>')[0].split('<think>')[-1].strip('\\n') %}
    {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
  {%- endif %}
  {{- '<|im_start|>' + message.role + '\\n' }}
  {%- if message.role == 'assistant' and loop.index0 > ns.asked %}
    {{- '<think>\\n' + thoughts + '\\n</think>\\n\\n' }}
  {%- endif %}
  {{- content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
  {{- '<|im_start|>assistant\\n' }}
  {%- if enable_thinking is defined and enable_thinking is false %}
    {{- '<think>\\n\\n</think>\\n\\n' }}
  {%- endif %}
{%- endif %}"""

GEMMA = """\
{{ '<bos>' }}
{%- if messages[0].role == 'system' %}
  {%- set front = messages[0].content + '\\n\\n' %}{% set said = messages[1:] %}
{%- else %}
  {%- set front = '' %}{% set said = messages %}
{%- endif %}
{%- for message in said %}
  {%- if (message.role == 'user') != (loop.index0 % 2 == 0) %}
    {{- raise_exception('Roles must alternate: user, assistant, user, ...') }}
  {%- endif %}
  {%- set role = 'model' if message.role == 'assistant' else message.role %}
  {{- '<start_of_turn>' + role + '\\n' + (front if loop.first else '') }}
  {{- message.content | trim + '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"""

# no header of the assistant, and no system
MISTRAL = """\
{{ bos_token }}{% for message in messages %}
{% if message.role == 'user' %}{{ '[INST] ' + message.content + ' [/INST]' }}
{%- elif message.role == 'assistant' %}{{ ' ' + message.content + eos_token }}
{%- else %}{{ raise_exception('Only user and assistant roles are supported!') }}
{%- endif %}
{% endfor %}"""

MARKED = """\
{%- for message in messages %}
{%- if message.role == 'assistant' %}
{%- generation %}{{ 'A: ' + message.content + eos_token }}{% endgeneration %}
{%- else %}{{ message | tojson }}{% endif %}
{%- if not loop.last %}{{ '\\n' }}{% continue %}{% endif %}
{%- endfor %}{{ strftime_now('') }}"""

TEMPLATES = {"chatml": CHATML, "llama3": LLAMA3, "qwen3": QWEN3, "gemma": GEMMA,
             "mistral": MISTRAL, "marked": MARKED}


@cache
def tokenizer():
    text = "the cat sat on the mat\n\n user assistant system model think\n" * 3
    return BPETokenizer.train(text, 256 + 30 + len(NAMES), "qwen", NAMES).with_special_tokens(())


@cache
def peer(folder):
    """The same tokenizer in transformers"""
    write_tokenizer_files(folder, tokenizer(), 64)
    return PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **VARIABLES)
