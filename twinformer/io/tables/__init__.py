"""Tables in files: CSV in any dialect, JSON and JSON lines; one of rows whatever it was."""
