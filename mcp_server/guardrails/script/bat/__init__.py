"""Bat scripts."""
