"""A report on systems: collected from files, set as tables and plots, written as a page and a leaderboard."""
