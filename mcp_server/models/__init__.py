"""Plain data: what callers send, what they get back, and the tables both are checked against."""
