"""For the developers of labelstore: pages of docs/ and a style sheet that are generated. Not in the wheel."""
