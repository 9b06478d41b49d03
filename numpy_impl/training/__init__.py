"""Loss, optimizer, schedule, trainer, checkpoints."""
