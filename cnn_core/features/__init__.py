"""What a network looks for and what lights up in it: filters and activation maps. Takes a Network, knows no run."""
