"""What is measured of one system's answers: captions, rewards, critiques, claims; from sums to figures."""
