"""How it runs: on one machine (local/), and the demonstration (demo/)."""
