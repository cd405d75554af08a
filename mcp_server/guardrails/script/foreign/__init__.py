"""Code in Python, Perl and other languages that scripts carry along."""
