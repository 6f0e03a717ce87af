"""The units prices are listed in, and what makes USD per million tokens of them.

Which unit a provider uses is said by its row of the registry (`price_unit`): the same field names mean
different units at different providers, so a unit is never guessed from them.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS: Final[Mapping[str, Decimal | None]] = MappingProxyType(
    {
        "per_token": Decimal(1_000_000),
        "per_thousand": Decimal(1_000),
        "per_million": Decimal(1),
        # Whole numbers in ten-thousandths of a dollar per million tokens (novita, xai): 2800 is 0.28.
        "ten_thousandths_per_million": Decimal("0.0001"),
        # Another currency, points, or not known: prices are not read.
        "none": None,
    }
)
"""Name to factor: listed price * factor = USD per million tokens. None: not to be read as dollars."""
