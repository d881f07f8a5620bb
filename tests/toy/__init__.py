"""A generation of exports that nobody exports: shows what a third one takes."""
