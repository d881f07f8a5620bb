"""Pulling: exports from Labelbox into a store.

parameters  what an export is to hold, and of which data rows
spool       the chunks of an export on this computer: one file that grows, and can be gone on with
chunks      bytes from the service into the spool
ledger      what was pulled, and from when on the next pull asks
pull        all of it: a task, its chunks, one load that reads while they come
"""

from labelstore.connected.pulling.parameters import Filters, Parameters
from labelstore.connected.pulling.pull import Pull, Pulled, pull

__all__ = ["Filters", "Parameters", "Pull", "Pulled", "pull"]
