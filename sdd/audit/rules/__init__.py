"""The rules: each file names one defect, says how bad it is and what to do about it."""
