"""Checks between a caller's arguments and the cloud: arguments in, findings out."""
