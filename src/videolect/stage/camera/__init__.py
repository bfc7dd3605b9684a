"""A scene through a camera: its track and how it moves, the lens, the pictures. ``raster`` is compiled."""
