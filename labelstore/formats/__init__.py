"""Records of Labelbox exports: what they are (`decoding`), and their rows (`v1`, `v2`)."""
