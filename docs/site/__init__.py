"""What makes the book of the code, in English and in Chinese.

    python -m docs.site.build          both editions, in build/site/html
    python -m docs.site.serve          the same, at http://127.0.0.1:8000
    python -m docs.site.translations   which Chinese pages are missing or older than the English

The pages in docs are written to be read on the repository's own site as well: plain Markdown with
relative links. `stage` copies them into build/site/source, adds what is made from the code
(`generated`), and leads every link to a page of the book. Sphinx does the rest (docs/conf.py).
"""
