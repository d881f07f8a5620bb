"""JSON: whether two texts say the same, and pointers into them."""
