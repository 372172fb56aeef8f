"""The part of the gates that runs inside the backend's interpreter, on the standard library alone.

Nothing here may import `sdd`: the interpreter belongs to the backend. Modules import each other
relatively because the package is loaded under another name there (see `start`).
"""
