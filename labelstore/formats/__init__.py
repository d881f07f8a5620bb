"""Records of Labelbox exports: recognised and decoded (`decoding`), declared and turned into rows (`v1`, `v2`)."""
