"""What Sphinx learns for this book: directives, formulas, and the switch between languages."""
