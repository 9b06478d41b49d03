"""Trackers: programs that draw the curves of many runs side by side. A file
for each; tracked_logs.py tells them what a run writes down."""
