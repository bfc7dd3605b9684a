"""What happened: frozen values for people, videos, clips, acts, critiques and triples, and their one JSON codec."""
