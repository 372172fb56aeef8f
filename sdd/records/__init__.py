"""Prompt history, architecture decisions and tasks: written by the program, read by anyone."""
