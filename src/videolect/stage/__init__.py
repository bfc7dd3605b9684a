"""Rendered clips whose truth is known: for tests, the demonstration, exams and the picture glossary.

The way of a clip: ``orders`` names wishes, ``plan`` draws a take for one by dice, of what stands in ``world`` and what
``camera`` can do; ``clips`` has its pictures; ``truth`` says what they show, from poses and never from the wish;
``words`` write what the truth knows; ``finding`` goes this way until a wish comes true; ``truth_file`` and ``sets``
keep the result.
"""

VERSION = 3
"""Raised whenever the same seed gives other clips or other words."""
