"""Why a network said what it said: a shelf of methods, and the record of one explanation."""
