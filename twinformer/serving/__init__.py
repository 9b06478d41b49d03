"""A model behind HTTP: many texts at once, in OpenAI's words."""
