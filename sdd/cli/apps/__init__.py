"""Groups of commands: their names, arguments and help; what they do is imported when they run."""
