"""The views that write records back: sql/views/*_pieces.sql, made of the declarations of labelstore.formats.

`python -m tools.views` writes them; with `--check` it only says whether they are up to date (exit code 1 if not).
"""
