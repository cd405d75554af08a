"""Powershell scripts."""
