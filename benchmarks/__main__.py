"""All figures, one after another: `make bench`. On a busy machine the seconds are too high; the ratios hold."""

from benchmarks import accuracy, engine, explaining, pages, people, safety, starting, twenty

for part in (engine, explaining, accuracy, starting, pages, safety, people, twenty):
    part.main()
