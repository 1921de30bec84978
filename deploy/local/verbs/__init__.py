"""One module for each verb of `./run`; its function of the same name is the command."""
