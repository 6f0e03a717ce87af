"""The course of each question: with or without a key, again or not, page after page, to one outcome."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from modelcat import dialects
from modelcat.dialect import NotAListError
from modelcat.errors import AuthenticationError, FetchError, RateLimitError
from modelcat.fetch import Failed, Fetched, Skipped, Step, words
from modelcat.fetch.patience import AGAIN, Reach, pause, retry_after
from modelcat.fetch.trouble import NeedsKeyError, NotModified, Trouble, UseKeyError
from modelcat.fetch.wire import Answer, Request, Wire, WireError, origin
from modelcat.urls import url_problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from modelcat.dialect import Ask, Page, Row
    from modelcat.fetch import Limits, Outcome, Question

T = TypeVar("T")
_LONGEST_TAG = 512
_DETAILS_AT_ONCE = 4


async def ask_all(
    questions: Sequence[Question],
    max_concurrency: int,
    limits: Limits,
    progress: Callable[[Step], None],
    taken: Callable[[Fetched], Fetched],
) -> dict[str, Outcome]:
    """The outcome of each question, all of them asked at once, at most `max_concurrency` at a time."""
    try:
        wire = Wire(limits)
    except (ImportError, ValueError):
        # httpx reads the proxy variables when it starts; a SOCKS proxy wants another package.
        reason = "the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY cannot be used; is it an http:// URL?"
        return {q.provider.id: _failed(q.provider.id, reason, network=True) for q in questions}
    reach = Reach(sum(not question.provider.local for question in questions))
    async with wire:
        shared = _Shared(wire, asyncio.Semaphore(max(1, max_concurrency)), reach, limits, progress, taken)
        outcomes = await asyncio.gather(*(_Course(question, shared).outcome() for question in questions))
    return {outcome.provider: outcome for outcome in outcomes}


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all courses of one fetch have in common."""

    wire: Wire
    slots: asyncio.Semaphore
    reach: Reach
    limits: Limits
    progress: Callable[[Step], None]
    taken: Callable[[Fetched], Fetched]
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the course that begins."""


def _failed(provider: str, reason: str, *, network: bool = False) -> Failed:
    return Failed(provider, FetchError(f"{provider}: {reason}"), network=network)


class _Course:
    """One question on its way."""

    def __init__(self, question: Question, shared: _Shared) -> None:
        self.question = question
        self.provider = question.provider
        self.dialect = dialects.load(question.provider.dialect)
        self.wire, self.slots, self.reach, self.turn = shared.wire, shared.slots, shared.reach, shared.turn
        self.limits, self.progress, self.taken = shared.limits, shared.progress, shared.taken
        # A list known to be public is asked without the key first.
        self.keyed = self.provider.needs_key_for_list is not False
        self.holding = False
        self.received = self.pages = self.size = 0
        self.started = 0.0
        self.trouble: Trouble | None = None
        self.hash = hashlib.sha256()
        self.answers: list[Any] = []
        self.notes: list[str] = []
        self.tags: tuple[str | None, str | None] = (None, None)

    async def outcome(self) -> Outcome:
        """Ask, in time; whatever happens is one of the outcomes."""
        await self._take_slot()
        async with self.turn:
            # Those that have begun get on the wire before the next question is made: the first answers are
            # then there, and read, while the last are on their way.
            await asyncio.sleep(0)
        self.started = time.monotonic()
        self.progress(Step(self.provider.id, "started"))
        clock = asyncio.timeout(self.limits.timeout)
        try:
            async with clock:
                found = await self._asked()
        except TimeoutError:
            if not clock.expired():
                raise
            late = Trouble(words.late(self.limits.timeout, self.received))
            found = self._ended(self.trouble or late)
        finally:
            self._give_slot()
            if not self.provider.local:
                self.reach.finished()
        if isinstance(found, Fetched):
            found = self.taken(found)
        self.progress(Step(self.provider.id, "done", self.received, self.pages, outcome=found))
        return found

    async def _take_slot(self) -> None:
        await self.slots.acquire()
        if self.holding:
            # Another request of this course came first.
            self.slots.release()
        self.holding = True

    def _give_slot(self) -> None:
        if self.holding:
            self.holding = False
            self.slots.release()

    def _seconds(self) -> float:
        return time.monotonic() - self.started

    async def _asked(self) -> Outcome:
        name = self.provider.id
        try:
            return await self._list()
        except NotModified:
            return Fetched(
                name, None, self.question.etag, self.question.last_modified, seconds=self._seconds()
            )
        except NeedsKeyError as need:
            return Skipped(name, str(need))
        except Trouble as trouble:
            return self._ended(trouble)

    def _ended(self, trouble: Trouble) -> Outcome:
        name = self.provider.id
        if self.provider.local and trouble.network:
            return Skipped(name, words.not_running(self.question.url))
        error = trouble.kind(f"{name}: {trouble}")
        return Failed(name, error, trouble.wait, trouble.network, self._seconds())

    async def _list(self) -> Outcome:
        if self.question.plain:
            answer, payload = await self._patient(self._plainly)
            self._keep(answer, payload)
            return self._fetched(())
        rows, url = await self._first_list_there_is()
        if not rows:
            if self.provider.local:
                return Skipped(self.provider.id, "it has no models yet")
            raise Trouble("an empty list; the models it had are kept")
        return self._fetched(await self._joined(rows, url))

    async def _plainly(self) -> tuple[Answer, Any]:
        answer = await self._answer(self.question.url)
        return answer, answer.json()

    def _fetched(self, rows: Sequence[Row]) -> Fetched:
        etag, last_modified = self.tags if self.pages == 1 else (None, None)
        return Fetched(
            self.provider.id,
            tuple(rows),
            etag,
            last_modified,
            self.pages,
            self._seconds(),
            self.hash.hexdigest(),
            self.size,
            tuple(self.answers),
            tuple(self.notes),
        )

    async def _first_list_there_is(self) -> tuple[list[Row], str]:
        """The rows, and the URL that gave them: the question's, or the next fallback that has a list."""
        at_home = self.question.url == self.provider.models_url
        urls = [self.question.url, *(self.provider.models_url_fallbacks if at_home else ())]
        first: Trouble | None = None
        for number, url in enumerate(urls):
            try:
                return await self._pages(url, self.dialect.page, first=number == 0), url
            except Trouble as trouble:
                # What is said is what came of the URL that ought to have the list.
                first = first or trouble
                if not trouble.elsewhere:
                    raise first from None
        assert first is not None  # noqa: S101  there is at least one URL
        raise first

    async def _pages(self, url: str, take: Callable[[Any, str], Page], *, first: bool = False) -> list[Row]:
        """The rows of all pages that begin at `url`. A list that cannot be read whole is none."""
        rows: list[Row] = []
        asked: set[str] = set()
        here: str | None = url
        while here is not None:
            if here in asked:
                raise Trouble(f"page {len(asked)} of the list leads back to an earlier one")
            if len(asked) == self.limits.pages:
                raise Trouble(f"a list of more than {self.limits.pages} pages")
            if origin(here) != origin(url):
                raise Trouble("the next page of the list is at another address")
            asked.add(here)
            try:
                page = await self._page(here, take, conditional=first and not rows)
            except Trouble as trouble:
                # Who has half of the list has the list.
                trouble.elsewhere = trouble.elsewhere and not rows
                raise
            if rows and not page.rows and page.next_url is None:
                # Half a list would look as if the provider had dropped the other half.
                raise Trouble(f"page {len(asked)} of the list is empty, though there was to be more")
            rows += page.rows
            if len(rows) > self.limits.rows:
                raise Trouble(f"a list of more than {self.limits.rows:,} models")
            here = page.next_url
        return rows

    async def _page(self, url: str, take: Callable[[Any, str], Page], *, conditional: bool) -> Page:
        async def once() -> tuple[Answer, Any, Page]:
            answer = await self._answer(url, conditional=conditional)
            payload = answer.json()
            try:
                return answer, payload, take(payload, url)
            except NotAListError as error:
                if error.status is not None:
                    raise self._refusal(error.status, url, answer) from None
                raise Trouble(f"{error} instead of a list of models", elsewhere=True) from None

        answer, payload, page = await self._patient(once)
        if conditional and url == self.question.url:
            self.tags = _tag(answer.headers.get("etag")), _tag(answer.headers.get("last-modified"))
        self._keep(answer, payload)
        return page

    def _keep(self, answer: Answer, payload: Any) -> None:
        self.pages += 1
        self.size += len(answer.body)
        self.hash.update(answer.body)
        self.answers.append(payload)
        self.progress(Step(self.provider.id, "page", self.received, self.pages))

    async def _joined(self, rows: list[Row], url: str) -> Sequence[Row]:
        """The rows with what the dialect asks besides; what cannot be had of that is noted, no failure."""
        asks = self.dialect.further(rows, self.provider, url)
        if not asks:
            return rows
        from modelcat.payload import as_line

        few = asyncio.Semaphore(_DETAILS_AT_ONCE)
        answers: list[Any] = [None] * len(asks)

        async def one(number: int) -> None:
            async with few:
                answers[number] = await self._detail(asks[number])

        try:
            async with asyncio.timeout(max(0.0, self._left() * 0.9)):
                await asyncio.gather(*map(one, range(len(asks))))
        except TimeoutError:
            self.notes.append("there was no time to ask for all details")
        self.tags = (None, None)
        self.hash.update(as_line(answers).encode())
        missing = sum(answer is None for answer in answers)
        if missing and not self.notes:
            self.notes.append(f"{missing} of {len(asks)} questions about details had no answer")
        return self.dialect.joined(rows, answers)

    async def _detail(self, ask: Ask) -> Any:
        try:
            if ask.page is not None:
                return await self._pages(ask.url, ask.page)
            body = None if ask.body is None else json.dumps(ask.body).encode()
            return (await self._patient(lambda: self._answer(ask.url, body=body))).json()
        except (Trouble, NeedsKeyError, WireError):
            return None

    async def _patient(self, once: Callable[[], Awaitable[T]]) -> T:
        """What `once` gives, tried again while that makes sense and there is time."""
        attempt = 0
        while True:
            attempt += 1
            try:
                found = await once()
            except WireError as error:
                trouble = Trouble(
                    str(error), again=error.again, network=error.network, elsewhere=error.elsewhere
                )
            except UseKeyError:
                self.keyed = True
                attempt -= 1
                continue
            except Trouble as error:
                trouble = error
            else:
                self.trouble = None
                return found
            most = self.limits.connects if trouble.network else self.limits.attempts
            if not trouble.again or attempt >= most or not await self._wait(trouble, attempt):
                if trouble.status >= 500:
                    trouble = Trouble(
                        words.status(trouble.status, self.question.url, attempt), status=trouble.status
                    )
                raise trouble from None

    async def _wait(self, trouble: Trouble, attempt: int) -> bool:
        """Wait before the next try, leaving the slot to others; False: it is not worth it."""
        seconds = pause(attempt, self.limits.backoff, trouble.wait)
        if seconds >= self._left() or (trouble.network and self.provider.local):
            return False
        # If the time ends before the next answer, this is what there is to say.
        self.trouble = trouble
        self._give_slot()
        worth_it = not trouble.network or await self.reach.worth_it()
        if worth_it:
            self.progress(Step(self.provider.id, "waiting", self.received, self.pages, seconds))
            await asyncio.sleep(seconds)
        await self._take_slot()
        return worth_it

    def _left(self) -> float:
        return self.started + self.limits.timeout - time.monotonic()

    async def _answer(self, url: str, *, conditional: bool = False, body: bytes | None = None) -> Answer:
        """One answer with status 200. Raises for every other."""
        headers = dict(self.dialect.headers)
        if body is not None:
            headers["content-type"] = "application/json"
        conditions = _conditions(self.question) if conditional and url == self.question.url else {}
        headers |= conditions
        request = Request(url, self._secret(url), headers, body)
        answer = await self.wire.exchange(request, self.limits.size - self.size, self._receive)
        if not self.provider.local:
            self.reach.answered()
        if answer.status == 304 and conditions:
            raise NotModified
        if answer.status != 200:
            raise self._refusal(answer.status, url, answer)
        return answer

    def _receive(self, size: int) -> None:
        self.received += size
        self.progress(Step(self.provider.id, "received", self.received, self.pages))

    def _secret(self, url: str) -> Mapping[str, str]:
        """The header with the key, if one may go to `url`: only to base_url's origin, never in clear."""
        value = self.question.key[1] if self.question.key else self.provider.anonymous_key
        if not (self.keyed and value and self._is_home(url)):
            return {}
        auth = self.provider.auth
        if auth == "none":
            return {}
        if not (value.isascii() and value.isprintable()):
            variable = self.question.key[0] if self.question.key else "the registry"
            raise Trouble(f"the key in {variable} holds characters that no key has; set it anew")
        return {"authorization": f"Bearer {value}"} if auth == "bearer" else {auth: value}

    def _is_home(self, url: str) -> bool:
        base = self.provider.base_url
        return url_problem(base) is None and origin(url) == origin(base)

    def _refusal(self, status: int, url: str, answer: Answer) -> Exception:
        """What a status other than 200 comes to."""
        if status in {401, 403}:
            return self._unauthorised(status, url, answer)
        wait = retry_after(answer.headers.get("retry-after"), answer.headers.get("date"))
        if status == 429:
            return Trouble(
                words.too_many_requests(wait), RateLimitError, status=status, again=True, wait=wait
            )
        again = status in AGAIN
        elsewhere = status in {400, 404, 405, 410}
        reason = words.status(status, url, 1)
        return Trouble(reason, status=status, again=again, wait=wait if again else None, elsewhere=elsewhere)

    def _unauthorised(self, status: int, url: str, answer: Answer) -> Exception:
        key = self.question.key
        welcome = self._is_home(url) and self._is_home(answer.url)
        if key and welcome and not self.keyed and self.provider.auth != "none":
            return UseKeyError()
        if key and welcome and self.keyed:
            return Trouble(words.key_refused(key[0], status), AuthenticationError, status=status)
        elsewhere = None if welcome else words.host(answer.url)
        return NeedsKeyError(
            words.needs_key(self.provider, elsewhere=elsewhere, variable=key[0] if key else None)
        )


def _conditions(question: Question) -> dict[str, str]:
    """The headers that let a provider answer "as before"."""
    wanted = {"if-none-match": question.etag, "if-modified-since": question.last_modified}
    return {name: value for name, value in wanted.items() if value}


def _tag(value: str | None) -> str | None:
    """A validator as a provider sent it, if it can be sent back."""
    usable = value and len(value) <= _LONGEST_TAG and value.isascii() and value.isprintable()
    return value if usable else None
