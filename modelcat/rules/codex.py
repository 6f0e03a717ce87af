"""Rules for Codex's config.toml and profile files (tried on the binaries 0.134.0 and 0.169.0).

An error here is what 0.169.0 refuses to load; a test runs both over the same files. What it loads and then
does not do as written is a warning. Types and values are the schema's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelcat.rules import Found, codex_providers, rule
from modelcat.rules.codex_profiles import alone, laid_over, tables
from modelcat.rules.codex_providers import BOTH, BUILT_IN, providers
from modelcat.rules.common import maps, nearest
from modelcat.rules.schema import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcat.rules import Subject
    from modelcat.tree import Pointer

_PERMISSIONS = frozenset({":read-only", ":workspace", ":danger-full-access"})
_EXTENDED = _PERMISSIONS - {":danger-full-access"}
_LARGEST = 2**63 - 1


@rule(
    "codex/legacy-profile",
    "error",
    "A top-level `profile` is no longer supported: Codex refuses the whole config because of it.",
    "Take the line out and start Codex with --profile NAME; a profile is a file NAME.config.toml.",
    BOTH,
)
def legacy_profile(subject: Subject) -> Iterator[Found]:
    """The key that chose a profile until 0.133."""
    name = subject.get("profile")
    if isinstance(name, str):
        hint = (
            f"Take the line out; start `codex --profile {name}`, with {name}.config.toml beside config.toml."
        )
        message = f"profile = {quoted(name)} is no longer supported"
        yield Found(("profile",), message, hint if name else None)


@rule(
    "codex/profiles-table",
    "warning",
    "[profiles.NAME] in config.toml is no longer used: `codex --profile NAME` reads the file "
    "NAME.config.toml, and refuses while the table is there.",
    "Move the table's lines, without its heading, into NAME.config.toml beside config.toml.",
    BOTH,
)
def profiles_table(subject: Subject) -> Iterator[Found]:
    """Profiles in the form used until 0.133."""
    for name in subject.table("profiles"):
        hint = f"Move its lines, without the heading, into {name}.config.toml beside config.toml."
        yield Found(("profiles", name), f"[profiles.{name}] is no longer used", hint)


@rule(
    "codex/approval-untrusted",
    "error",
    'approval_policy = "untrusted" is no longer supported: Codex (since some version before 0.169) refuses '
    "the config.",
    'Take the line out, or use "on-request" or "never".',
    BOTH,
)
def approval_untrusted(subject: Subject) -> Iterator[Found]:
    """The approval policy that Codex dropped."""
    if subject.get("approval_policy") == "untrusted":
        yield Found(("approval_policy",), 'approval_policy = "untrusted" is no longer supported')


@rule(
    "codex/unknown-provider",
    "error",
    "model_provider names a provider that is not defined: Codex refuses to start.",
    "Add [model_providers.NAME], or name one that is there.",
    BOTH,
)
def unknown_provider(subject: Subject) -> Iterator[Found]:
    """References to provider tables that are nowhere."""
    name = subject.get("model_provider")
    if not isinstance(name, str) or name in BUILT_IN:
        return
    if name == "ollama-chat":
        yield Found(("model_provider",), "ollama-chat is no longer supported", "Use ollama instead.")
        return
    known = tables(subject, "model_providers")
    if alone(subject) and name not in known:
        return
    if name not in known:
        near = nearest(name, {*known, *BUILT_IN}, 2) or sorted(known)[:8]
        hint = f"Defined here: {', '.join(near)}." if near else None
        yield Found(("model_provider",), f"model_provider is {quoted(name)}, which is not defined", hint)


@rule(
    "codex/ignored-key",
    "warning",
    "A key or table that other generators write, and Codex never reads; `codex exec --strict-config` "
    "refuses it.",
    "Take it out.",
    BOTH,
)
def ignored_key(subject: Subject) -> Iterator[Found]:
    """Keys that look as if they did something."""
    for key in ("model_max_output_tokens", "max_output_tokens", "modelcat", "api_key", "models"):
        if isinstance(subject.tree, dict) and key in subject.tree:
            yield Found((key,), f"Codex does not read {key}", on_key=True)
    for at, ident, table in providers(subject):
        for key in ("models", "api_key", "env_key_name", "model_max_output_tokens"):
            if key in table:
                yield Found((*at, key), f"{ident}: Codex does not read {key} of a provider", on_key=True)


@rule(
    "codex/mcp-transport",
    "error",
    "An MCP server has neither command nor url, or settings that its kind cannot have: Codex refuses the "
    "whole config.",
    "Give command for a local server or url for a remote one, and only the settings that go with it.",
    BOTH,
)
def mcp_transport(subject: Subject) -> Iterator[Found]:
    """MCP servers that are neither stdio nor HTTP, or both."""
    for at, name, server in laid_over(subject, "mcp_servers"):
        if "command" in server:
            for key in (
                "url",
                "bearer_token_env_var",
                "bearer_token",
                "http_headers",
                "env_http_headers",
                *_OAUTH,
            ):
                if key in server:
                    yield Found((*at, key), f"{name} is started by command, so it cannot have {key}")
        elif "url" in server:
            for key in ("args", "env", "env_vars", "cwd", "bearer_token"):
                if key in server:
                    yield Found((*at, key), f"{name} is reached by url, so it cannot have {key}")
        elif not alone(subject):
            yield Found(at, f"{name} has neither command nor url")


_OAUTH = ("auth", "oauth", "oauth_resource")


@rule(
    "codex/permissions",
    "error",
    "[permissions] without default_permissions, or the reverse, or a name that is not there, or a profile "
    "that extends what it cannot: Codex refuses to start.",
    "Set default_permissions to one of the profiles under [permissions].",
    ("codex",),
)
def permissions(subject: Subject) -> Iterator[Found]:
    """Permission profiles and the one that counts."""
    chosen, profiles = subject.get("default_permissions"), subject.table("permissions")
    if isinstance(chosen, str):
        if chosen not in (_PERMISSIONS if chosen.startswith(":") else profiles):
            yield Found(
                ("default_permissions",), f"default_permissions is {quoted(chosen)}, which is not defined"
            )
        yield from _extended(chosen, profiles)
    elif profiles and chosen is None and "sandbox_mode" not in subject.tree:
        yield Found(("permissions",), "[permissions] is there, but no default_permissions")


def _extended(chosen: str, profiles: dict[str, Any]) -> Iterator[Found]:
    """What is wrong with what the chosen profile extends, and that one in turn; Codex looks at no other."""
    seen: set[str] = set()
    while isinstance(profile := profiles.get(chosen), dict):
        seen.add(chosen)
        where, parent = ("permissions", chosen, "extends"), profile.get("extends")
        if not isinstance(parent, str) or parent in _EXTENDED:
            return
        if parent in seen:
            yield Found(where, f"{chosen} extends {parent} in a circle")
            return
        if parent not in profiles:
            yield Found(where, f"{chosen} extends {quoted(parent)}, which cannot be extended")
        chosen = parent


@rule(
    "codex/number-range",
    "error",
    "A whole number is larger than any that Codex can read: it refuses the whole config.",
    "Write a number below 9223372036854775808.",
    BOTH,
)
def number_range(subject: Subject) -> Iterator[Found]:
    """Whole numbers beyond 64 bits, wherever they stand."""
    stack: list[tuple[Pointer, Any]] = [((), subject.tree)]
    while stack:
        at, value = stack.pop()
        if isinstance(value, dict):
            stack += [((*at, key), item) for key, item in value.items()]
        elif isinstance(value, list):
            stack += [((*at, index), item) for index, item in enumerate(value)]
        elif isinstance(value, int) and not -_LARGEST - 1 <= value <= _LARGEST:
            yield Found(at, f"{at[-1] if at else 'the whole file'} is too large a number")


@rule(
    "codex/missing-file",
    "error",
    "A file that the config names beside itself is not there: Codex refuses to start.",
    "Put the file there, or take the line out.",
    BOTH,
)
def missing_file(subject: Subject) -> Iterator[Found]:
    """Relative paths in model_catalog_json and model_instructions_file that lead nowhere."""
    exists = subject.context.exists if subject.whole else None
    for key in ("model_catalog_json", "model_instructions_file", "experimental_compact_prompt_file"):
        path = subject.get(key)
        if exists and isinstance(path, str) and not exists(path):
            yield Found((key,), f"{key}: there is no {quoted(path)} beside this file")


@rule(
    "codex/catalog-in-base",
    "info",
    "model_catalog_json in config.toml replaces Codex's own list of models for everything.",
    "Set it in a profile file, so that only `codex --profile NAME` uses it.",
    ("codex",),
)
def catalog_in_base(subject: Subject) -> Iterator[Found]:
    """A model catalog where it hides the bundled one."""
    if isinstance(subject.get("model_catalog_json"), str):
        yield Found(("model_catalog_json",), "model_catalog_json here hides Codex's own models")


@rule(
    "codex/profile-file-name",
    "error",
    "A profile's name may have letters, digits, - and _ only: `codex --profile` refuses another.",
    "Rename the file.",
    ("codex-profile",),
)
def profile_file_name(subject: Subject) -> Iterator[Found]:
    """Names of profile files that cannot be given to --profile."""
    name = re.split(r"[/\\]", subject.path)[-1]
    if name.endswith(".config.toml") and not re.fullmatch(
        r"[A-Za-z0-9_-]+", name.removesuffix(".config.toml")
    ):
        yield Found((), f"{quoted(name.removesuffix('.config.toml'))} is no name that --profile takes")


def _entries(subject: Subject) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """(where, model) of a model catalog's models that are maps."""
    for index, model in maps(subject.get("models")):
        yield ("models", index), model


@rule(
    "codex/duplicate-slug",
    "warning",
    "A model catalog lists the same slug twice: Codex shows it twice.",
    "Take one of them out.",
    ("codex-models",),
)
def duplicate_slug(subject: Subject) -> Iterator[Found]:
    """The second and later models of a slug."""
    seen: set[str] = set()
    for at, model in _entries(subject):
        slug = model.get("slug")
        if isinstance(slug, str):
            if slug in seen:
                yield Found(at, f"{quoted(slug)} is listed twice")
            seen.add(slug)


@rule(
    "codex/missing-instructions",
    "error",
    "A model of a catalog has neither base_instructions nor model_messages with an instructions_template: "
    "Codex refuses the catalog.",
    "Take the text of a bundled model: `codex debug models --bundled` prints it.",
    ("codex-models",),
)
def missing_instructions(subject: Subject) -> Iterator[Found]:
    """Catalog entries without a system prompt."""
    for at, model in _entries(subject):
        messages = model.get("model_messages")
        template = messages.get("instructions_template") if isinstance(messages, dict) else None
        if model.get("base_instructions") is None and template is None:
            yield Found(at, f"{quoted(str(model.get('slug', at[-1])))} has no base_instructions")


@rule(
    "codex/empty-instructions",
    "warning",
    "The base_instructions of a model are empty: they are Codex's whole system prompt, and without them the "
    "agent does not work.",
    "Take the text of a bundled model: `codex debug models --bundled` prints it.",
    ("codex-models",),
)
def empty_instructions(subject: Subject) -> Iterator[Found]:
    """Catalog entries whose system prompt says nothing."""
    for at, model in _entries(subject):
        text = model.get("base_instructions")
        if isinstance(text, str) and not text.strip():
            yield Found(at, f"{quoted(str(model.get('slug', at[-1])))} has empty base_instructions")


@rule(
    "codex/empty-catalog",
    "error",
    "A model catalog has no models: Codex refuses it.",
    "Add a model, or take model_catalog_json out of the file that names the catalog.",
    ("codex-models",),
)
def empty_catalog(subject: Subject) -> Iterator[Found]:
    """Catalogs with an empty list."""
    if subject.get("models") == []:
        yield Found(("models",), "there is no model in it")


RULES = (
    *codex_providers.RULES,
    legacy_profile,
    profiles_table,
    approval_untrusted,
    unknown_provider,
    ignored_key,
    mcp_transport,
    permissions,
    number_range,
    missing_file,
    catalog_in_base,
    profile_file_name,
    duplicate_slug,
    missing_instructions,
    empty_instructions,
    empty_catalog,
)
