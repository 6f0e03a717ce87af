"""A person at their configs, by hand and by programs that keep comments.

All that the person writes has a mark, a number or a word that is used once, so that it can be found again.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import tomlkit
from ruamel.yaml import YAML

from tests.config_parsers import SECTIONS, leaves, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

KNOWN_URLS = ("https://api.groq.com/openai/v1", "https://api.mistral.ai/v1", "https://mine.example/v1")
FIRST_NUMBER = 900_000
"""No catalog has such numbers."""


@dataclass
class Person:
    """Edits texts; everything new is numbered."""

    number: int = FIRST_NUMBER

    def new(self) -> int:
        self.number += 1
        return self.number

    def comment(self, name: str, data: bytes, random: Random) -> bytes:
        """A comment on a line of its own, or after a value, where it changes no value."""
        mark = f"# mine{self.new()}"
        newline = b"\r\n" if b"\r\n" in data else b"\n"
        lines = data.decode().split(newline.decode())
        at = random.choice([0, len(lines) - 1, random.randrange(len(lines))])
        if random.random() < 0.4:
            lines[at] = f"{lines[at]}  {mark}"
        else:
            indent = random.choice(["", re.match(r"[ \ufeff]*", lines[at])[0].strip("\ufeff"), "    "])  # type: ignore[index]
            lines.insert(at, indent + mark)
        return self.same(name, data, newline.decode().join(lines).encode())

    def style(self, name: str, data: bytes, random: Random) -> bytes:
        """Another look of the same values."""
        text = data.decode().removeprefix("\ufeff")
        ways: list[Callable[[], str]] = [
            lambda: re.sub(r"(?<!\r)\n", "\r\n", text),
            lambda: text.replace("\r\n", "\n"),
            lambda: "\ufeff" + text,
            lambda: text.rstrip("\r\n"),
            lambda: text + "\n\n",
            lambda: re.sub(r"\n(?=\S)", "\n\n", text),
            lambda: text.replace("  - ", "- "),
            lambda: re.sub(r'"([a-z0-9]+)"', r"'\1'", text),
            lambda: "\n".join(line.rstrip() + "  " if line else line for line in text.split("\n")),
        ]
        return self.same(name, data, random.choice(ways)().encode())

    def same(self, name: str, data: bytes, new: bytes) -> bytes:
        """`new` if it says the same as `data`."""
        try:
            return new if leaves(read(name, new)) == leaves(read(name, data)) else data
        except Exception:  # noqa: BLE001  the person sees that it broke, and takes it back
            return data

    def values(self, tool: str, name: str, data: bytes, random: Random) -> bytes:
        """Something added, changed, taken out, renamed or moved, by a library that keeps comments."""
        text = data.decode("utf-8-sig")
        crlf, text = "\r\n" in text, text.replace("\r\n", "\n")
        try:
            if name.endswith(".toml"):
                document = tomlkit.parse(text)
                self.change(tool, name, document, random)
                out = tomlkit.dumps(document)
            else:
                yaml = YAML()
                yaml.preserve_quotes, yaml.width = True, 10_000
                tree = yaml.load(text)
                tree = {} if tree is None else tree
                self.change(tool, name, tree, random)
                stream = io.StringIO()
                yaml.dump(tree, stream)
                out = stream.getvalue()
            read(name, out.encode())
        except Exception:  # noqa: BLE001  what the library cannot do to this text the person does not do
            return data
        return (out.replace("\n", "\r\n") if crlf else out).encode()

    def change(self, tool: str, name: str, tree: Any, random: Random) -> None:
        if name not in ("config.yaml", "mods.yml", "config.toml"):
            key = random.choice(["model", "web_search", "model_provider", "mine", *tree])
            if random.random() < 0.3:
                tree.pop(key, None)
            else:
                tree[key] = f"mine-{self.new()}"
            return
        if tool == "aichat":
            self.aichat(tree, random)
        else:
            self.maps(tool, tree, random)

    def aichat(self, tree: Any, random: Random) -> None:
        clients: Any = tree.setdefault("clients", [])
        client: Any = random.choice(clients) if clients else {"type": "openai-compatible"}
        models: Any = client.get("models") or []
        model = random.choice(models) if models else {}
        number, kind = self.new(), random.choice((0, 1, 2, 2, 2, 3, 4, 4, 5, 6, 7, 8, 9))
        if kind == 0:
            new: dict[str, Any] = {
                "type": "openai-compatible",
                "name": f"mine-{number}",
                "api_base": random.choice(KNOWN_URLS),
            }
            if random.random() < 0.6:
                new["models"] = [{"name": f"mine-{self.new()}"}]
            clients.insert(random.randint(0, len(clients)), new)
        elif kind == 1 and "models" in client:
            models.insert(random.randint(0, len(models)), {"name": f"mine-{number}", "max_input_tokens": 5})
        elif kind == 2:
            model[random.choice(["max_input_tokens", "max_output_tokens", "input_price"])] = number
        elif kind == 3:
            client[random.choice(["api_key", "api_base", "extra"])] = f"https://mine-{number}.example/v1"
        elif kind in (4, 5):
            holder = (models, clients)[kind - 4]
            holder.remove(random.choice(holder))
        elif kind == 6:
            random.choice([client, model]).pop(
                random.choice(["models", "max_input_tokens", "api_base"]), None
            )
        elif kind == 7:
            client["name"] = f"mine-{number}"
        elif kind == 8:
            random.choice([clients, models]).reverse()
        else:
            tree["model"] = f"{client.get('name')}:{model.get('name')}"

    def maps(self, tool: str, tree: Any, random: Random) -> None:
        section = tree.setdefault(SECTIONS[tool], {})
        key = random.choice(list(section)) if section else ""
        entry = section[key] if section else {}
        models = entry.get("models") or {}
        model = random.choice(list(models)) if models else ""
        number, kind = self.new(), random.choice((0, 1, 2, 2, 2, 3, 4, 4, 5, 6, 7, 8))
        url = "base-url" if tool == "mods" else "base_url"
        if kind == 0:
            section[f"mine-{number}"] = {url: random.choice(KNOWN_URLS), "name": f"mine{number}"}
            if tool == "mods":
                section[f"mine-{number}"]["models"] = {f"mine-{self.new()}": {"max-input-chars": 5}}
        elif kind == 1 and models:
            models[f"mine-{number}"] = {"max-input-chars": number}
        elif kind == 2 and models:
            models[model]["max-input-chars"] = number
        elif kind == 3:
            entry[random.choice([url, "name", "env_key", "api-key-env"])] = f"mine-{number}"
        elif kind in (4, 5, 6):
            holder = (models, section, entry)[kind - 4]
            del holder[random.choice(list(holder))]
        elif kind == 7 and section:
            # Not a mark: where modelcat writes that name, it is modelcat's.
            section[f"called-{number}"] = section.pop(key)
        elif tool == "mods":
            tree["default-api"], tree["default-model"] = key, model
        else:
            tree["model_provider"] = key
