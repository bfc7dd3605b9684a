"""The writer where it has to be a model."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.cli.options import choice_of
from videolect.cli.spec_option import spec_of
from videolect.cli.write.clip import request_of
from videolect.errors import BadInput
from videolect.wiring import make_writer
from videolect.writing.writer import ModelWriter


def model_writer(args: argparse.Namespace) -> Any:
    """A writer that is a model, and what it is to write of."""
    spec = spec_of(args)
    request, look = request_of(args, spec)
    writer = make_writer(choice_of(args), spec, look)
    if not isinstance(writer, ModelWriter):
        raise BadInput(f"The writer {args.writer} is no model.", mend="Give --writer qwen:PATH or chat:URL.")
    return writer, request
