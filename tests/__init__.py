"""The tests mirror cnn_core; `house` holds the plan of the house, `test_shelves` the contract of every entry."""
