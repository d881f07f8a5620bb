"""The files of assets and masks on this computer: where they are, whether somebody downloaded them or `fetch` did.

vault   what `labelstore fetch` keeps: files by the SHA-256 of their content
"""
