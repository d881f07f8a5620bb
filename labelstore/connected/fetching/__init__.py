"""Fetching: what the URLs of a store lead to, downloaded into its vault, and what became of each in `assets`.

wanted      the URLs of a store, each once
hosts       which hosts may be asked; where a URL leads
addresses   which addresses may be connected to, and the connection to just those
client      the HTTP client: no proxies, no cookies, no redirects by itself
asking      one answer: redirects one by one, the API key only to Labelbox's API, statuses in words
bodies      one body: to a scratch file of the vault, with its SHA-256
contents    whether a file is what was expected
downloading many at once, with pauses where a server asks for them
access      the store, in short turns
ledger      the rows of `assets`
frames      frames files into the store
fetch       all of it
"""
