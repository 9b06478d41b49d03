"""LoRA: two thin matrices beside each Linear learn, and its weights stay."""
