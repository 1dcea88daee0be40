"""`make bench`: the figures of the README, measured here and now. Ratios are of things that ran in turn."""
