"""Labels back to Labelbox: annotation imports, checked against the target's ontology, each annotation sent once.

target     where to, and the SDK's imports there
known      the features of the target, and what a line uses that is none of them
sent       the table that remembers what was sent
plan       what there is to send, written down line by line
batches    how much goes in one import
push       all of it, in its order
creating   a new ontology of what the labels use
"""

from labelstore.connected.pushing.push import Pushed as Pushed
