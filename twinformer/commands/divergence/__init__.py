"""twinformer divergence: where two models part."""
