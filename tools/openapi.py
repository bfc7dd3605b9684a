"""Write the desk's OpenAPI document to ui/openapi.json, from which the browser's types are made (npm run types).

python tools/openapi.py            write it
python tools/openapi.py --check    exit 1 where the file is not what the code says
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

FILE = Path(__file__).resolve().parents[1] / "ui" / "openapi.json"


def document() -> str:
    """The document as the application gives it. No desk is needed: the shapes do not depend on what is in it."""
    from videolect.oversight.ports import SystemClock
    from videolect.web.app import create_app

    nothing: Any = MagicMock(clock=SystemClock())
    app = create_app(
        nothing, accounts=nothing, scratch=nothing, library=nothing, triples=nothing, language=nothing, cuts=nothing,
        previews=nothing, searching=nothing,
    )  # fmt: skip
    return json.dumps(app.openapi(), indent=1, sort_keys=True) + "\n"


def main() -> int:
    """Write or check."""
    made = document()
    if "--check" in sys.argv[1:]:
        same = FILE.is_file() and FILE.read_text() == made
        print(
            "ui/openapi.json is up to date."
            if same
            else "ui/openapi.json is not what the code says: run tools/openapi.py."
        )
        return 0 if same else 1
    FILE.write_text(made)
    print(f"Wrote {FILE.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
