"""The outside world behind ports: disk, clock, processes, git, models and the journal."""
