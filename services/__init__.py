"""The rooms, and the kernel they share."""
