"""What is known of published weights: figures that others have printed, here of GPT-2's.

Each says where it was printed, what was expected there, and how it is
measured here, with either backend.
"""
from .figure import Figure
from .measures import (
    continuation, hellaswag, parameter_count, perplexity, ten_losses, text_loss, weights_begin,
)
from .published_decoders import PUBLISHED_DECODERS

__all__ = ["PUBLISHED", "hellaswag_figure"]

LLM_C = "llm.c, test_gpt2.c"
TRANSFORMERS = "transformers, tests of GPT-2"
WIKITEXT = "wikitext-2-raw/wiki.test.raw"


def hellaswag_figure(*expected: float) -> Figure:
    """Off by a score of questions: there TF32 was used, and near ties turn."""
    return Figure(what="HellaSwag, accuracy and accuracy per token", source="llm.c, hellaswag.py",
                  expected=list(expected), tolerance=2e-3, measure=hellaswag)


PUBLISHED = {
    "gpt2": (
        Figure(what="parameters", source="llm.c", expected=124_439_808, measure=parameter_count),
        Figure(what="the embedding's first numbers", source="Raschka, chapter 5",
               expected=[[-.11010301, -.03926672, .03310751], [.04034033, -.04861503, .04624869],
                         [-.12746179, .04793796, .18410145]],
               measure=weights_begin, tolerance=1e-8),
        continuation("Every effort moves you", " forward.\n\nThe first step is to understand the "
                     "importance of your work", "Raschka, chapter 6"),
        continuation("Alan Turing theorized that computers would one day become",
                     " the most powerful machines on the planet.\n\nThe computer is a machine "
                     "that can perform complex calculations, and it can perform these "
                     "calculations in a way that is very similar to the human brain.",
                     "picoGPT, README"),
        continuation("The dog", " was found in a field near the intersection of West and West "
                     "Streets.\n\nThe dog", TRANSFORMERS),
        continuation("Hello, my dog is a little", " bit of a mess. I'm not sure if he's going",
                     TRANSFORMERS),
        continuation("Today, I", "'m going to be doing a lot of research on this. I",
                     TRANSFORMERS),
        continuation("Hello this is a very long sentence", ". I'm sorry. I'm sorry. I'm sorry. "
                     "I'm sorry. I'm sorry", TRANSFORMERS),
        Figure(what="loss of 'Hello world!' after an end of text", source="TransformerLens",
               expected=5.331855773925781, measure=text_loss("<|endoftext|>Hello world!"),
               tolerance=4e-5),
        Figure(what="ten losses of training on Tiny Shakespeare", source=LLM_C,
               expected=[5.270007133, 4.059706688, 3.375123024, 2.800782681, 2.315382242,
                         1.849028587, 1.394656420, .999146521, .624080420, .376510978],
               measure=ten_losses, tolerance=1e-2),
        Figure(what="perplexity on WikiText-2", source="transformers, perplexity of GPT-2",
               expected=29.94, tolerance=0.05,
               measure=perplexity(WIKITEXT, "it is the raw test part of WikiText-2")),
        hellaswag_figure(0.2859, 0.2955),
    ),
    "gpt2-medium": (
        Figure(what="parameters", source="OpenAI, size of its file", expected=354_823_168,
               measure=parameter_count),),
    "gpt2-large": (
        Figure(what="parameters", source="shape of its config", expected=774_030_080,
               measure=parameter_count),),
    "gpt2-xl": (
        Figure(what="parameters", source="shape of its config", expected=1_557_611_200,
               measure=parameter_count),
        hellaswag_figure(0.3842, 0.4893)),
    **PUBLISHED_DECODERS,
}
