"""The site of the documentation, by MkDocs."""
