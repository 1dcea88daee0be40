"""An experiment as somebody sends it: the text of a file, checked before anything is believed of it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from cnn_core.base.errors import UserError, shorten

MOST_BYTES = 256 * 1024  # ours have about two thousand


def raw_of(data: bytes, name: str) -> dict[str, Any]:
    """The nested settings in a JSON file, for `resolve`, which checks what they mean.

    Args:
        name: what a user calls the file, for the sentence.

    Raises:
        UserError: it is too large, no JSON object, or says a thing twice.
    """
    name = shorten(name, 80)
    if len(data) > MOST_BYTES:
        raise UserError(f"{name} has {len(data):,} bytes, but an experiment has at most {MOST_BYTES:,}.")
    try:
        found = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except UserError as error:
        raise UserError(f"{name} {error}") from error
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise UserError(
            f"{name} is not JSON{where}; an experiment is a file that Train or `show RUN --json` wrote."
        ) from error
    if not isinstance(found, dict):
        raise UserError(f"{name} is JSON, but not an object with the sections data, model and train.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twice = next((key for key, count in Counter(key for key, _ in pairs).items() if count > 1), None)
    if twice is not None:
        raise UserError(f'names "{shorten(twice)}" twice; say it once.')
    return dict(pairs)


def _no_number(text: str) -> Any:
    raise UserError(f"holds {text}, which is not a number that can be used.")
