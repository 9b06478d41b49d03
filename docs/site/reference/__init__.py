"""The reference, made from the code: names, commands, settings, error messages, words."""
