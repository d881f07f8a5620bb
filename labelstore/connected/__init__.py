"""What talks to Labelbox and to the servers of assets; nothing else of labelstore uses the network by itself.

service   the vendor's SDK: who asks, with which key, and its errors as ours
pulling   exports, from the task to the load
fetching  the files that URLs lead to
pushing   labels back into a project or model run, and new ontologies
"""
