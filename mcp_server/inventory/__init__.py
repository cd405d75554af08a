"""Commands that exist: what there is, what one of them does, and how it goes."""
