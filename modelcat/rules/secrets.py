"""Keys and passwords that lie open in a config, and how a text is shown without them.

What a key looks like is known from the providers' own words: a fixed prefix and a length. Where there is no
prefix, the name of the field and the randomness of the value decide.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from math import log2
from typing import TYPE_CHECKING, Any, NamedTuple

from modelcat.rules import Found, rule
from modelcat.tree import pointer_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcat.rules import Subject
    from modelcat.tree import Pointer, Tree

_SHAPES: tuple[tuple[str, str, str], ...] = (
    ("an Anthropic key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{20,}"),
    ("an OpenRouter key", "sk-or-", r"sk-or-(?:v\d-)?[A-Za-z0-9]{20,}"),
    ("an OpenAI key", "sk-", r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}"),
    ("an API key", "sk-", r"sk-[A-Za-z0-9]{20,}"),
    ("an API key", "sk_", r"sk_(?:live_|test_)?[A-Za-z0-9]{24,}"),
    ("a Google key", "AIza", r"AIza[A-Za-z0-9_-]{35}"),
    ("a Groq key", "gsk_", r"gsk_[A-Za-z0-9]{20,}"),
    ("an xAI key", "xai-", r"xai-[A-Za-z0-9]{20,}"),
    ("a Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{20,}"),
    ("a GitHub token", "gh", r"gh[pousr]_[A-Za-z0-9]{30,}"),
    ("a GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9_]{30,}"),
    ("a GitLab token", "glpat-", r"glpat-[A-Za-z0-9_-]{20,}"),
    ("a Perplexity key", "pplx-", r"pplx-[A-Za-z0-9]{20,}"),
    ("an NVIDIA key", "nvapi-", r"nvapi-[A-Za-z0-9_-]{20,}"),
    ("a Cerebras key", "csk-", r"csk-[A-Za-z0-9]{20,}"),
    ("a Fireworks key", "fw_", r"fw_[A-Za-z0-9]{20,}"),
    ("a Replicate token", "r8_", r"r8_[A-Za-z0-9]{20,}"),
    ("a Together key", "tgp_v", r"tgp_v\d_[A-Za-z0-9_-]{20,}"),
    ("a Chutes key", "cpk_", r"cpk_[A-Za-z0-9._]{20,}"),
    ("a Vercel key", "vck_", r"vck_[A-Za-z0-9]{20,}"),
    ("a Friendli token", "flp_", r"flp_[A-Za-z0-9]{20,}"),
    ("a Tavily key", "tvly-", r"tvly-[A-Za-z0-9-]{20,}"),
    ("a Jina key", "jina_", r"jina_[A-Za-z0-9_-]{20,}"),
    ("an AWS key", "AKIA", r"AKIA[A-Z0-9]{16}"),
    ("an AWS key", "ASIA", r"ASIA[A-Z0-9]{16}"),
    ("an Amazon Bedrock key", "ABSK", r"ABSK[A-Za-z0-9+/=]{40,}"),
    ("a Databricks token", "dapi", r"dapi[a-f0-9]{32}"),
    ("a Slack token", "xox", r"xox[abprs]-[A-Za-z0-9-]{20,}"),
    ("a signed token", "eyJ", r"eyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{10,}"),
    ("a private key", "PRIVATE KEY", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    ("a password in an address", "://", r"(?<=://)[^/\s:@]+:[^/\s:@]{3,}(?=@)"),
)
"""(what it is, text it must contain, its form). A form is compiled only once its text was seen."""
RANDOM_LENGTH = 20
"""Characters from which a text without a known prefix is taken for a key, if it is random."""
SHORTEST = 12
"""Characters below which nothing is taken for a key, nor for an address with a password in it."""
# Patterns are texts: `re` compiles and keeps them when they are first needed, which most of them never are.
_FIELD = (
    r"(?i)(?:^|[-_.])"
    r"(?:api-?_?keys?|apikey|key|token|secret|passw(?:or)?d|authorization|bearer|credential)s?$"
)
_NOT_FIELD = r"(?i)(?:env|env-key|env_key|key-env|_env_var|max-?_?tokens?)$"
_OPAQUE = r"(?i)^(?:Bearer\s+|Basic\s+)?([A-Za-z0-9_+/=.:-]{20,})$"
_CAPITALS = r"[A-Z]+(?:_[A-Z]*\d{0,4})+"
"""The name of a variable, as it stands under env_http_headers."""
_STAND_IN = (
    r"(?i)your|my[-_ ]?(?:api|key)|example|dummy|change-?me|placeholder|insert|replace|redacted|secret|fake"
    r"|sample|test-?key|not-?needed|no-?key|unused|ignored|none|null|<|>|\$\{|\{\{|\*\*\*|\.\.\.|…|xxxx|0000"
)
_LINE = (
    r"(?i)((?:api[-_]?key|token|secret|passw(?:or)?d|authorization)[\"']?\s*[:=]\s*[\"']?"
    r"(?:bearer\s+|basic\s+)?)([^\s\"',}\]]{8,})"
)
RANDOM = 3.5
"""Bits a character from which a text of twenty or more looks random: words stay below, keys are above."""
HEX = 3.0
"""The same for thirty-two or more hexadecimal digits, which cannot have more than four."""


def shown(secret: str) -> str:
    """All that is ever shown of a secret: its first four characters and its length."""
    return f"{secret[:4]}… ({len(secret)} characters)"


def known(text: str) -> tuple[str, str] | None:
    """What a text holds that has the shape of a key, and that key: ("a Groq key", "gsk_…"); None: nothing."""
    return next(_hits(text), None)


def _hits(text: str) -> Iterator[tuple[str, str]]:
    if len(text) < SHORTEST:
        return
    for what, part, form in _SHAPES:
        if part in text:
            for match in re.finditer(rf"(?<![A-Za-z0-9_]){form}", text):
                if not is_stand_in(match.group()):
                    yield what, match.group()


def is_stand_in(value: str) -> bool:
    """Whether a text only stands where a key would: "your-key-here", "xxxx", "dummy", "sk-1234567890"."""
    body = re.sub(r"^[A-Za-z]{2,6}[-_](?:[A-Za-z0-9]{1,7}[-_]){0,2}", "", value)
    if len(set(body)) <= 4 or _counts_up(body):
        return True
    # A word that happens to stand in a random text makes it no less a key.
    return bool(re.search(_STAND_IN, value)) and _entropy(body) < _enough(body, 3.3, 4.4)


def _counts_up(text: str) -> bool:
    """Whether most letters follow their neighbour in the alphabet, as in 1234567890abcdef."""
    steps = [ord(right) - ord(left) for left, right in pairwise(text)]
    return len(steps) >= 8 and sum(step in (0, 1) for step in steps) > 0.6 * len(steps)


def random_looking(value: str) -> bool:
    """Whether a text is long, opaque and as random as keys are."""
    match = re.match(_OPAQUE, value)
    if match is None or is_stand_in(value) or re.fullmatch(_CAPITALS, value):
        return False
    body = match.group(1)
    mixed = any(letter.isdigit() for letter in body) and any(letter.isalpha() for letter in body)
    words = [part for part in re.split(r"[-_+/=.:]", body) if re.fullmatch(r"[A-Za-z][a-z]{2,}", part)]
    return mixed and len(words) < 2 and _entropy(body) >= _enough(body, HEX, RANDOM)


def _enough(text: str, for_hex: float, for_others: float) -> float:
    return for_hex if re.fullmatch(r"[0-9a-f]{32,}", text) else for_others


def _entropy(text: str) -> float:
    size = len(text)
    return -sum(count / size * log2(count / size) for count in Counter(text).values())


def masked(line: str, secrets: frozenset[str] = frozenset()) -> str:
    """A line of a config as it may be shown: every secret less its first four characters, at the same
    width.
    """
    for secret in secrets:
        line = line.replace(secret, _stars(secret))
    for _, secret in list(_hits(line)):
        line = line.replace(secret, _stars(secret))
    return re.sub(_LINE, lambda match: match.group(1) + _kept(match.group(2)), line)


def _kept(value: str) -> str:
    """The value of a field named like a secret: shown only where it plainly is none."""
    return value if is_stand_in(value) or value.isalpha() else _stars(value)


def _stars(secret: str) -> str:
    return secret[:4] + "*" * (len(secret) - 4)


class Hit(NamedTuple):
    """A secret in a tree."""

    at: Pointer
    what: str | None
    """What kind of key it is by its shape; None: it only looks like one."""
    secret: str


def scan(tree: Tree) -> tuple[Hit, ...]:
    """Every text of a tree that is a secret or likely one, in its order.

    Keys of maps too: some people write a key where the name of its variable belongs.
    """
    found = []
    # Where a value stands is kept as (its parent's, step): a pointer is made only for a hit.
    stack: list[tuple[Any, Tree]] = [(None, tree)]
    seen: set[int] = set()
    while stack:
        place, value = stack.pop()
        if isinstance(value, str):
            if len(value) >= SHORTEST and (hit := _judged(place, value)):
                found.append(hit)
        elif isinstance(value, dict | list) and id(value) not in seen:
            # The same object again is an alias of YAML: once is enough.
            seen.add(id(value))
            pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
            for step, item in reversed(pairs):
                stack.append(((place, step), item))
                if isinstance(step, str) and len(step) >= SHORTEST:
                    stack.append(((place, step), step))
    return tuple(found)


def _judged(place: Any, text: str) -> Hit | None:
    hit = known(text)
    if hit:
        return Hit(_pointer(place), *hit)
    if len(text) >= RANDOM_LENGTH and place and _is_secret_name(str(place[1])) and random_looking(text):
        return Hit(_pointer(place), None, text)
    return None


@cache
def _is_secret_name(field: str) -> bool:
    return bool(re.search(_FIELD, field)) and not re.search(_NOT_FIELD, field)


def _pointer(place: Any) -> Pointer:
    steps: list[str | int] = []
    while place:
        place, step = place
        steps.append(step)
    return tuple(reversed(steps))


def hits(subject: Subject) -> tuple[Hit, ...]:
    """The secrets of a config; looked for once."""
    if "secrets" not in subject.memo:
        subject.memo["secrets"] = scan(subject.tree)
    found: tuple[Hit, ...] = subject.memo["secrets"]
    return found


@rule(
    "secret/in-clear",
    "error",
    "A key, token or password stands in the file, where a commit or a shared screen gives it away.",
    "Take it out, put it into an environment variable that the tool reads, and make a new one: this one is "
    "known.",
)
def secret_in_clear(subject: Subject) -> Iterator[Found]:
    """Texts anywhere in the file with the shape of a known kind of key."""
    for hit in hits(subject):
        if hit.what:
            where = pointer_text(hit.at) or "the file"
            yield Found(hit.at, f"{where} holds {hit.what}: {shown(hit.secret)}")


@rule(
    "secret/likely",
    "warning",
    "A field named like a secret holds a long random text, which is likely a key in clear.",
    "Put it into an environment variable that the tool reads; if it is no secret, ignore this rule there.",
)
def secret_likely(subject: Subject) -> Iterator[Found]:
    """Fields named like a secret with at least twenty random characters."""
    for hit in hits(subject):
        if hit.what is None:
            yield Found(hit.at, f"{pointer_text(hit.at)} looks like a key in clear: {shown(hit.secret)}")


RULES = (secret_in_clear, secret_likely)
