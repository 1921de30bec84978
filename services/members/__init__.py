"""The members room: the registers of who and what there is."""
