"""What the network sees: steps (a shelf) and the fitted pipeline that training, evaluation and explanation share."""
