"""Records of one generation as records of another: each key where a column of the store has it in both.

What a record says of nothing (null, an empty list, v1's score of -1) is no loss; all else that has no counterpart is
counted: by construct, and with the key that is missing.
"""
