"""A script's text as one normal form, from a real parse: what the rules look at."""
