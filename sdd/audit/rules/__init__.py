"""The rules: each names a defect, says how bad it is and what to do."""
