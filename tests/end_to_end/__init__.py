"""Tests that act as people would, through the sandbox; workspace.py says how to write one."""
