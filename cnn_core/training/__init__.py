"""The training engine: the loop, what feeds it, precision, and the job around it."""
