"""What is shown, subject by subject: the list that ``tools/show.py`` runs.

A floor stands where chance or another machine may move a figure; what is determined is asked for exactly. Every floor
comes from a page that the show names: the low end of the interval that is told there, or the goal.
"""

from tools.shows.desk import DESK
from tools.shows.language import LANGUAGE
from tools.shows.measuring import MEASURING
from tools.shows.stage import STAGE
from tools.shows.training import TRAINING
from tools.shows.video import VIDEO
from tools.shows.writing import WRITING

SHOWS = (*DESK, *VIDEO, *LANGUAGE, *STAGE, *WRITING, *MEASURING, *TRAINING)
