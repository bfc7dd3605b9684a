"""videolect: a precise language for video, kept by people, taught to models.

The package is a house of rooms on floors; docs/architecture.md shows it, tests/unit/test_house.py keeps its walls.
Importing it is cheap: no model library, no web framework and no database is loaded until a room that needs one is.
"""

__version__ = "0.1.0"
