"""Whole Python programs as syntax trees: files, modules and how imports find one another."""

from sdd.program.load import collector_paused, load, parse_module
from sdd.program.model import Module, Program, Unreadable

__all__ = ["Module", "Program", "Unreadable", "collector_paused", "load", "parse_module"]
