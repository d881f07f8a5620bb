"""The gallery: what its address asks for, which labels those are, and what the page says of them."""
