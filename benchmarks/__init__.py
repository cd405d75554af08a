"""Ratios measured in one run: what this server costs over its SDKs' own floor."""
