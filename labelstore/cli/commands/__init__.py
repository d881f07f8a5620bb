"""One module a command, named as the command: options → one call → print. None imports an engine at its top."""
