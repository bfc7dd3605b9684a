"""True words about a staged clip: captions, drafts with known errors, and critiques of them."""
