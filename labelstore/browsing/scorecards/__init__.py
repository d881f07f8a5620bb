"""Scorecards: what managers ask of labelers, projects and reviewers, as tables and charts."""
