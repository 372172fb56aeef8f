"""Spec-driven development itself: stages, work orders, gates, tools, landing."""
