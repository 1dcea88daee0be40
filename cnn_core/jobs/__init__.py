"""Long work: a job is a folder (state, lock, log, journal) worked on by another process. Knows no kind of job."""
