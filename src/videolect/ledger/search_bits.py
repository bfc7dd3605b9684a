"""Sets of clips as bits: which clips have a primitive, a caption in a slot, or belong to a campaign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from videolect.ledger.search_tables import CHUNK, bits

_BYTES = CHUNK // 8


def load(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """The set of each name; 0 where nothing has it. Bit n is clip n."""
    wanted = list(dict.fromkeys(names))
    found = {name: bytearray() for name in wanted}
    chosen = sa.select(bits.c.name, bits.c.chunk, bits.c.bits).where(bits.c.name.in_(wanted))
    for name, chunk, raw in connection.execute(chosen.order_by(bits.c.name, bits.c.chunk)):
        row = found[name]
        row.extend(bytes(chunk * _BYTES - len(row)))
        row.extend(raw)
    return {name: int.from_bytes(raw, "little") for name, raw in found.items()}


def load_slots(connection: Connection, places: Iterable[int]) -> dict[int, int]:
    """For each slot of the aspects with these places the clips with a caption in it."""
    found = load(connection, [f"#{slot}" for place in places for slot in (2 * place, 2 * place + 1)])
    return {int(name[1:]): clips for name, clips in found.items()}


def falling(found: int) -> Iterator[int]:
    """The numbers in a set, the highest first; few of them cost little, however large the set is."""
    raw = found.to_bytes((found.bit_length() + 7) // 8, "little")
    for place in range(len(raw) - 1, -1, -1):
        byte = raw[place]
        while byte:
            top = byte.bit_length() - 1
            byte ^= 1 << top
            yield place * 8 + top


class Writing:
    """Bits to be set and cleared, gathered by name and chunk, and then written at once."""

    def __init__(self) -> None:
        self._set: dict[tuple[str, int], int] = {}
        self._clear: dict[tuple[str, int], int] = {}
        self._states: dict[int, int] = {}
        self._of_states: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def set(self, name: str, number: int) -> None:
        """Clip ``number`` has it."""
        key = name, number // CHUNK
        self._set[key] = self._set.get(key, 0) | 1 << number % CHUNK

    def clear(self, name: str, number: int) -> None:
        """Clip ``number`` has it no more."""
        key = name, number // CHUNK
        self._clear[key] = self._clear.get(key, 0) | 1 << number % CHUNK

    def states(self, number: int, yes: Iterable[str], no: Iterable[str]) -> None:
        """Clip ``number`` has these states of primitives, and no others."""
        chunk, bit = number // CHUNK, 1 << number % CHUNK
        self._states[chunk] = self._states.get(chunk, 0) | bit
        for sign, ids in (("+", yes), ("-", no)):
            of_sign = self._of_states[sign, chunk]
            for id_ in ids:  # hundreds for every clip: nothing more is done here than must be
                of_sign[id_] |= bit

    def write(self, connection: Connection, insert: Callable[[sa.Table], Any]) -> None:
        """Change the rows; ``insert`` makes an insert that can update instead."""
        for (sign, chunk), of_sign in self._of_states.items():
            self._set |= {(sign + id_, chunk): found for id_, found in of_sign.items()}
        old = self._old(connection)
        rows = []
        for key in {**old, **self._set}:
            name, chunk = key
            before = old.get(key, 0)
            gone = self._clear.get(key, 0) | (self._states.get(chunk, 0) if name[0] in "+-" else 0)
            after = before & ~gone | self._set.get(key, 0)
            if after != before:
                rows.append({"name": name, "chunk": chunk, "bits": after.to_bytes(_BYTES, "little")})
        if rows:
            statement = insert(bits)
            changed = {"bits": statement.excluded.bits}
            connection.execute(
                statement.on_conflict_do_update(index_elements=["name", "chunk"], set_=changed),
                sorted(rows, key=lambda row: (row["name"], row["chunk"])),
            )

    def _old(self, connection: Connection) -> Mapping[tuple[str, int], int]:
        chunks = sorted({chunk for _, chunk in (*self._set, *self._clear)} | set(self._states))
        chosen = sa.select(bits.c.name, bits.c.chunk, bits.c.bits).where(bits.c.chunk.in_(chunks))
        return {(name, chunk): int.from_bytes(raw, "little") for name, chunk, raw in connection.execute(chosen)}
