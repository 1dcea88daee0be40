"""The plan of the house: floors, weight, words. Each guard has a twin that shows that it can fail."""
