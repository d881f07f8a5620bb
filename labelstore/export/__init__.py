"""Out of a store: the formats of Labelbox, and of others."""
