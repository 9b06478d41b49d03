"""The twin: the same rooms, files and names in PyTorch. Autograd finds the
gradients, the GPU does the work."""
