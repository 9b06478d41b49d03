"""From the words of a command line to its settings: names, files, help."""
