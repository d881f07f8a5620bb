"""What a notebook shows of labels and stores, drawn; at a prompt the same in a line."""
