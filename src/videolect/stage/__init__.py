"""Rendered clips whose truth is known: for tests, the demonstration, exams and the picture glossary."""
