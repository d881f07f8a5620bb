"""For the developers of labelstore: the pages of docs/ that are made. Not in the wheel."""
