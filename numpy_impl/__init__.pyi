"""The reference: language models in pure NumPy, every backward pass by hand."""
from .text.bpe import BPETokenizer as BPETokenizer
from .text.windows import SlidingWindows as SlidingWindows
from .text.loader import create_loader as create_loader
from .layers.module import (
    Module as Module,
    Parameter as Parameter,
    ModuleList as ModuleList,
)
from .layers.linear import Linear as Linear
from .layers.embedding import (
    Embedding as Embedding,
    ScaledEmbedding as ScaledEmbedding,
)
from .layers.positions import (
    LearnedPositions as LearnedPositions,
    sinusoidal_positions as sinusoidal_positions,
)
from .layers.softmax import (
    softmax as softmax,
    log_softmax as log_softmax,
    masked_softmax as masked_softmax,
    softmax_backward as softmax_backward,
    log_softmax_backward as log_softmax_backward,
)
from .layers.norm import LayerNorm as LayerNorm
from .layers.rms_norm import (
    RMSNorm as RMSNorm,
    UnitOffsetRMSNorm as UnitOffsetRMSNorm,
)
from .layers.rotary_frequencies import (
    rotary_frequencies as rotary_frequencies,
    llama3_frequencies as llama3_frequencies,
    yarn_frequencies as yarn_frequencies,
    yarn_attention_factor as yarn_attention_factor,
)
from .layers.rotary import (
    Rotary as Rotary,
    rotate as rotate,
    rotate_backward as rotate_backward,
)
from .layers.activations import (
    relu as relu,
    gelu as gelu,
    gelu_exact as gelu_exact,
    silu as silu,
    named_activation as named_activation,
    relu_backward as relu_backward,
    gelu_backward as gelu_backward,
    gelu_exact_backward as gelu_exact_backward,
    silu_backward as silu_backward,
)
from .layers.dropout import Dropout as Dropout
from .layers.softcap import (
    soft_cap as soft_cap,
    soft_cap_backward as soft_cap_backward,
)
from .layers.qk_clip import (
    QKClip as QKClip,
    largest_scores as largest_scores,
    scale_heads as scale_heads,
)
from .layers.visibility import (
    visible as visible,
    visible_mask as visible_mask,
    visible_span as visible_span,
)
from .layers.attention import (
    causal_mask as causal_mask,
    attention as attention,
    attention_backward as attention_backward,
)
from .layers.self_attention import (
    simple_self_attention as simple_self_attention,
    SelfAttention as SelfAttention,
    CausalAttention as CausalAttention,
    MultiHeadAttentionWrapper as MultiHeadAttentionWrapper,
    simple_self_attention_backward as simple_self_attention_backward,
)
from .layers.tiles import key_tiles as key_tiles, query_tiles as query_tiles
from .layers.flash_attention import (
    flash_attention as flash_attention,
    flash_attention_backward as flash_attention_backward,
)
from .layers.multi_head_attention import (
    MultiHeadAttention as MultiHeadAttention,
    split_heads as split_heads,
    merge_heads as merge_heads,
)
from .layers.feed_forward import FeedForward as FeedForward
from .layers.gates import (
    swiglu as swiglu,
    geglu as geglu,
    clamped_swiglu as clamped_swiglu,
    swiglu_backward as swiglu_backward,
    geglu_backward as geglu_backward,
    clamped_swiglu_backward as clamped_swiglu_backward,
)
from .layers.gated_feed_forward import (
    GatedFeedForward as GatedFeedForward,
    SwiGLU as SwiGLU,
    GeGLU as GeGLU,
    ClampedSwiGLU as ClampedSwiGLU,
)
from .layers.router import (
    choose as choose,
    softmax_then_top_k as softmax_then_top_k,
    top_k_then_softmax as top_k_then_softmax,
    sigmoid_with_groups as sigmoid_with_groups,
    softmax_then_top_k_backward as softmax_then_top_k_backward,
    top_k_then_softmax_backward as top_k_then_softmax_backward,
    sigmoid_with_groups_backward as sigmoid_with_groups_backward,
    route_backward as route_backward,
)
from .layers.load_balance import (
    LoadBalance as LoadBalance,
    load_balance_loss as load_balance_loss,
    load_balance_loss_backward as load_balance_loss_backward,
)
from .layers.mixture_of_experts import (
    MixtureOfExperts as MixtureOfExperts,
    dispatch as dispatch,
)
from .layers.block import TransformerBlock as TransformerBlock
from .layers.grouped_query_attention import (
    GroupedQueryAttention as GroupedQueryAttention,
)
from .layers.decoder_block import DecoderBlock as DecoderBlock
from .layers.kv_cache import KVCache as KVCache, RingKVCache as RingKVCache
from .layers.post_norm_block import PostNormBlock as PostNormBlock
from .layers.pooler import Pooler as Pooler
from .layers.masked_language_head import (
    MaskedLanguageHead as MaskedLanguageHead,
)
from .layers.reading import (
    read_rows as read_rows,
    read_rows_backward as read_rows_backward,
    read_positions as read_positions,
    read_mask as read_mask,
)
from .layers.few_rows import times_few_rows as times_few_rows
from .layers.parallel import (
    SLICE as SLICE,
    by_rows as by_rows,
    equal_slices as equal_slices,
    on_each_core as on_each_core,
    one_blas_thread as one_blas_thread,
    over_heads as over_heads,
    over_rows as over_rows,
    run_all as run_all,
    set_num_threads as set_num_threads,
    set_row_threads as set_row_threads,
)
from .models.bert import BertModel as BertModel
from .models.gpt2 import GPTModel as GPTModel, check_ids as check_ids
from .models.decoder import Decoder as Decoder
from .models.llama import LlamaModel as LlamaModel
from .models.qwen3 import Qwen3Model as Qwen3Model
from .models.qwen3_moe import Qwen3MoEModel as Qwen3MoEModel
from .models.gemma3 import Gemma3Model as Gemma3Model
from .models.olmo3 import Olmo3Model as Olmo3Model
from .models.gpt_oss import GptOssModel as GptOssModel
from .models.parameters import (
    get_parameters as get_parameters,
    set_parameters as set_parameters,
)
from .models.pretrained import (
    load_pretrained as load_pretrained,
    save_pretrained as save_pretrained,
)
from .models.stored_experts import (
    StoredExperts as StoredExperts,
    model_with_stored_experts as model_with_stored_experts,
)
from .models.building import (
    model_class as model_class,
    model_of as model_of,
    new_model as new_model,
)
from .models.torch_io import read_torch as read_torch
from .training.loss import (
    cross_entropy as cross_entropy,
    cross_entropy_backward as cross_entropy_backward,
)
from .training.z_loss import (
    cross_entropy_and_z as cross_entropy_and_z,
    cross_entropy_and_z_backward as cross_entropy_and_z_backward,
    nats_beside_z as nats_beside_z,
    nats_beside_z_backward as nats_beside_z_backward,
)
from .training.objective import (
    NextTokens as NextTokens,
    objective_of as objective_of,
)
from .training.masked_language_model import (
    BertPretraining as BertPretraining,
    MaskedTokens as MaskedTokens,
    NextSentence as NextSentence,
)
from .training.clipping import (
    global_norm as global_norm,
    clip_global_norm as clip_global_norm,
)
from .training.optimizer import (
    SGD as SGD,
    AdamW as AdamW,
    decays as decays,
    learning_gradients as learning_gradients,
    learning_parameters as learning_parameters,
)
from .training.newton_schulz import newton_schulz as newton_schulz
from .training.muon import (
    Muon as Muon,
    in_blocks as in_blocks,
    matrices_of as matrices_of,
    rate_factor as rate_factor,
)
from .training.optimizer_choice import optimizer_of as optimizer_of
from .training.data_parallel import DataParallel as DataParallel
from .training.learner import (
    Learner as Learner,
    placed as placed,
    pretraining_learner as pretraining_learner,
)
from .training.diagnosis import first_non_finite as first_non_finite
from .training.throughput import peak_flops as peak_flops
from .generation.sampling import (
    top_k_mask as top_k_mask,
    top_p_mask as top_p_mask,
    min_p_mask as min_p_mask,
    finite_peak as finite_peak,
    next_probabilities as next_probabilities,
    draw as draw,
    sample as sample,
)
from .generation.logits_processing import (
    LogitsProcessor as LogitsProcessor,
    penalise_repetition as penalise_repetition,
    seen_tokens as seen_tokens,
    allow_only as allow_only,
)
from .generation.past import (
    take_rows as take_rows,
    places_of as places_of,
    remember as remember,
    rewind as rewind,
    gather as gather,
)
from .generation.generate import (
    next_logits as next_logits,
    generate as generate,
    generate_text as generate_text,
)
from .generation.running_batch import (
    RunningBatch as RunningBatch,
)
from .generation.beam_search import (
    beam_search as beam_search,
    best_continuations as best_continuations,
)
from .generation.speculative import (
    accepted_tokens as accepted_tokens,
    residual as residual,
    latest_logits as latest_logits,
    speculative_generate as speculative_generate,
)
from .generation.attention_maps import (
    attention_maps as attention_maps,
)
from .generation.text_vectors import (
    mean_vector as mean_vector,
    text_vectors as text_vectors,
)
from .generation.fill_mask import (
    fill_mask as fill_mask,
    mask_probabilities as mask_probabilities,
)
from .generation.responding import respond as respond
from .evaluation.likelihood import (
    choice_log_likelihoods as choice_log_likelihoods,
    log_likelihoods as log_likelihoods,
)
from .finetuning.freezing import train_only as train_only
from .finetuning.lora import LoRALinear as LoRALinear
from .finetuning.lora_model import (
    add_lora as add_lora,
    lora_layers as lora_layers,
    is_lora as is_lora,
    merge as merge,
    unmerge as unmerge,
    remove as remove,
    put as put,
    base_parameters as base_parameters,
    merged_parameters as merged_parameters,
)
from .finetuning.lora_adapters import (
    save_adapter as save_adapter,
    load_adapter as load_adapter,
    best_parameters as best_parameters,
)
from .finetuning.pooling import (
    TOKENS as TOKENS,
    only_position as only_position,
    position_weights as position_weights,
    pool as pool,
    pool_backward as pool_backward,
)
from .finetuning.class_loss import (
    class_loss as class_loss,
    class_loss_backward as class_loss_backward,
)
from .finetuning.classification_head import new_head as new_head
from .finetuning.classifier_model import (
    build_classifier as build_classifier,
    parameter_counts as parameter_counts,
    trained_classifier as trained_classifier,
)
from .finetuning.classification import (
    Classification as Classification,
    attention_mask as attention_mask,
)
from .finetuning.review import classify_review as classify_review
from .finetuning.packed_tokens import PackedTokens as PackedTokens
from .finetuning.log_probability import (
    sequence_log_probabilities as sequence_log_probabilities,
    sequence_log_probabilities_backward as sequence_log_probabilities_backward,
)
from .finetuning.preference_loss import (
    dpo_loss as dpo_loss,
    dpo_loss_backward as dpo_loss_backward,
    ipo_loss as ipo_loss,
    ipo_loss_backward as ipo_loss_backward,
)
from .finetuning.preferences import (
    PreferencePairs as PreferencePairs,
    answer_log_probabilities as answer_log_probabilities,
    margin_losses as margin_losses,
)
