"""When two ids of different providers mean the same model: the spelling they share.

`anthropic/claude-sonnet-4.5`, `Claude-Sonnet-4.5` and `claude-sonnet-4-5@20250929` are one model under three
ids. Only the spelling is compared here; which facts may be borrowed over it is decided in enrich.py.
"""

from __future__ import annotations

import re

_PARTS = re.compile(r"[a-z]+|[0-9]+")
# What a gateway appends to say how a request is routed or billed; the model behind it is the same.
_ROUTES = frozenset({"free", "paid", "nitro", "floor", "exacto", "online", "beta", "latest"})
# The weights' number format and how they are served: limits and abilities stay the model's own.
_PACKING = re.compile(
    r"fp4|fp8|fp16|bf16|int4|int8|w4a16|w8a8|awq|gptq|gguf|mlx|nvfp4|mxfp4|quantized|dynamic|tee"
    r"|[48]bit|q[2-8](?:_[k01](?:_[sml])?)?"
)
# One maker's name has become part of how many write the model.
_DOUBLED = "meta-llama-"
_DATE = re.compile(r"[-_@](?:20[0-9]{6}|20[0-9]{2}-[0-9]{2}-[0-9]{2})")
_LONGEST_DATE = len("-2024-08-06")


def spelling(name: str) -> str:
    """The words and numbers of `name`, whatever its case and separators: qwen2.5-7b -> qwen-2-5-7-b.

    Numbers stay apart, because qwen2-57b is not qwen2.5-7b.
    """
    return "-".join(_PARTS.findall(name.lower()))


def split_maker(model_id: str) -> tuple[str, str]:
    """An id as (all before the last slash, the rest): accounts/x/models/y -> (accounts/x/models, y)."""
    maker, _, rest = model_id.rpartition("/")
    return maker, rest


def base_name(model_id: str) -> str:
    """The spelling of the model itself, without maker, route (`:free`) and number format; may be empty."""
    return base_names(model_id)[0]


def base_names(model_id: str) -> tuple[str, str]:
    """`base_name`, and the same without a release date at the end: gpt-4o-2024-08-06 -> gpt-4-o."""
    stem = _stem(model_id)
    name = "-".join(_PARTS.findall(stem))
    for start in range(len(stem) - 9, len(stem) - _LONGEST_DATE - 1, -1) if stem[-2:].isdecimal() else ():
        if start > 0 and _DATE.fullmatch(stem, start):
            return name, "-".join(_PARTS.findall(stem[:start]))
    return name, name


def _stem(model_id: str) -> str:
    stem = model_id[model_id.rfind("/") + 1 :].lower()
    head, colon, route = stem.rpartition(":")
    if colon and route in _ROUTES:
        stem = head
    if stem.startswith(_DOUBLED):
        stem = stem.removeprefix("meta-")
    return _unpacked(stem)


def _unpacked(stem: str) -> str:
    """`stem` without the packing words at its end."""
    while True:
        cut = max(stem.rfind("-"), stem.rfind("."), stem.rfind("@"))
        if cut > 0 and _PACKING.fullmatch(stem, cut + 1):
            stem = stem[:cut]
            continue
        cut = stem.rfind("_", cut + 1)
        if cut <= 0 or not _PACKING.fullmatch(stem, cut + 1):
            return stem
        stem = stem[:cut]
