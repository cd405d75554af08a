"""The operator's rules: what may be asked for, what weighs how much, what is waived."""
