"""How a network learns: shelves of optimizers, learning-rate schedules and losses."""
