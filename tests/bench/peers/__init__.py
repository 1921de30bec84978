"""What a Python team would take instead, each as its own documentation recommends: the same topic, the same sums.

Each module is a process of its own, `python -m tests.bench.peers.NAME SERVERS TOPIC FACTS`, in an environment of its own (environment.py). It says `begin`
when a quarter of the facts is behind it, and at the end one line of JSON: how long the others took, and what it has summed up (sums.py).
"""
