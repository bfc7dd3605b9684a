"""Audits of captions: what people said, what is found in the words, as files and as one answer."""
