"""The arguments of a command: which exports they name, and what each file is."""
