"""What could break runs, done on purpose: `python -m tests.faults PART` (all of them: `make test-all`)."""
