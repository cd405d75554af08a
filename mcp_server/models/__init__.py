"""Plain data: what callers send, what they get back, and the tables both are checked against.

A model is built when it is first used (`defer_build`), which pydantic does under a lock: start-up
needs few of them, and building all took a tenth of it.
"""
