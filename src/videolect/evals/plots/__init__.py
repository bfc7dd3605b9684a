"""Plots as SVG: the pen that draws them, and what it draws."""
