"""The files of assets and masks on this computer: where they are, whether somebody downloaded them or `fetch` did.

folder       files that somebody downloaded, found by the names that an export has for them
vault        what `labelstore fetch` keeps: files by the SHA-256 of their content
at_hand      what all who read files ask: both together
sizes        how large pictures and videos are, by their headers
mask_pixels  which pixels of a picture are whose mask
linking      rows of all that the vault can tell: sizes of assets, pixels of masks (mask_files)
run_lengths  those as COCO writes them, and what two masks share
"""
