"""Ground floor: errors, options, shelves, files, locks, settings. Knows no torch and no picture."""
