"""The desk over HTTP: pages for people, an interface for scripts. Handed everything it shows; opens no database."""
