"""Our models in EleutherAI's lm-evaluation-harness, which measures models of
all makes on the same tasks. What it asks of a model is answered here by our
own evaluation and generation, in either implementation; twinformer/lm_eval.py
makes a model of the harness of it.
"""
