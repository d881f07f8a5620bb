"""The files of assets and masks on this computer: where they are, whether somebody downloaded them or `fetch` did.

folder  files that somebody downloaded, found by the names that an export has for them
vault   what `labelstore fetch` keeps: files by the SHA-256 of their content
"""
