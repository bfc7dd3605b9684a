"""What stands before the camera: places, figures, and what they do. ``scene`` has the values."""
