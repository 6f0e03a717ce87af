"""A loopback server that answers as a provider does, for the real clients: one turn, always the same words.

POST /v1/responses (an event stream), /v1/chat/completions (whole or as a stream) and /v1/messages. Every
request is kept for the test to look at.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWER = "the cat sat on the catalog"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: path, headers with lower-case names, JSON body."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(slots=True)
class LoopbackProvider:
    """Runs while used as a context manager; `base_url` is what a provider's entry names."""

    requests: list[Request] = field(default_factory=list)
    _server: _Server | None = None

    @property
    def base_url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.requests = self.requests
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()


def _responses(model: str) -> Iterator[dict[str, Any]]:
    message = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": ANSWER, "annotations": []}],
    }
    usage = {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 7,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 17,
    }
    head = {"id": "resp_1", "object": "response", "model": model}
    yield {"type": "response.created", "response": {**head, "status": "in_progress", "output": []}}
    yield {"type": "response.output_item.done", "output_index": 0, "item": message}
    yield {
        "type": "response.completed",
        "response": {**head, "status": "completed", "output": [message], "usage": usage},
    }


def _chat(model: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": ANSWER}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 10, "completion_tokens": 7, "total_tokens": 17}
    return {"id": "c1", "object": "chat.completion", "model": model, "choices": [choice], "usage": usage}


def _chat_chunks(model: str) -> Iterator[dict[str, Any]]:
    head = {"id": "c1", "object": "chat.completion.chunk", "model": model}
    yield {**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": ANSWER}}]}
    yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def _message(model: str) -> dict[str, Any]:
    return {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": ANSWER}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 10, "output_tokens": 7},
    }


class _Server(ThreadingHTTPServer):
    requests: list[Request]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", "0"))))
        self._keep(body)
        model = str(body.get("model"))
        if self.path == "/v1/responses":
            self._stream(_responses(model), named=True)
        elif self.path == "/v1/chat/completions" and body.get("stream"):
            self._stream(_chat_chunks(model), named=False)
        elif self.path == "/v1/chat/completions":
            self._whole(_chat(model))
        elif self.path == "/v1/messages":
            self._whole(_message(model))
        else:
            self.send_error(404)

    def do_GET(self) -> None:
        self._keep({})
        self.send_error(404)

    def _keep(self, body: dict[str, Any]) -> None:
        assert isinstance(self.server, _Server)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append(Request(self.path, headers, body))

    def _stream(self, events: Iterator[dict[str, Any]], *, named: bool) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for event in events:
            name = f"event: {event['type']}\n" if named else ""
            self.wfile.write(f"{name}data: {json.dumps(event)}\n\n".encode())
        if not named:
            self.wfile.write(b"data: [DONE]\n\n")

    def _whole(self, answer: dict[str, Any]) -> None:
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
        pass
