"""The compiled core: C that does what is much work and little thought; where it was not built, Python does the same."""
