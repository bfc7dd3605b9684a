"""Draft and revise one aspect with any writer: what the desk, the commands and the measurements share."""
