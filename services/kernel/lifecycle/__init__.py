"""The contract's rules of time, for things that change at a moment and for records. Pure."""
