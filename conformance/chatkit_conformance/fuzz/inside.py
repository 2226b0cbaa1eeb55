"""Bodies given to an app without HTTP between: tens of thousands a minute. The app is in a process of its own."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import IO

import msgspec

from chatkit_conformance.fuzz.corpus import corpus
from chatkit_conformance.fuzz.memory import resident
from chatkit_conformance.fuzz.mutants import Bodies
from chatkit_conformance.fuzz.served import Answer, Body, Lot, read, read_answer, write
from chatkit_conformance.transcript import Exchange
from chatkit_protocol import SSEDecoder
from chatkit_protocol.codec import decode_event

LOT = 1_000
"""Bodies that one store gets; then the next begins as the scenarios left it."""
SERVER_ERROR = 500
OK = 200
REFUSAL = {"message", "code"}
"""What the body of a refusal holds at least."""
SERVE = [sys.executable, "-m", "chatkit_conformance.fuzz.served"]
Tell = Callable[[str], object]


@dataclass
class Tally:
    """What came of many mutants."""

    sent: int = 0
    seconds: float = 0.0
    seen: Counter[str] = field(default_factory=Counter)
    """Statuses, and what else an answer was."""
    events: Counter[str] = field(default_factory=Counter)
    """The types of the events that streams told."""
    slowest: float = 0.0
    """Seconds of the slowest answer."""
    memory: list[int] = field(default_factory=list)
    """KiB of the server's process: before, and after each lot."""
    failed: list[str] = field(default_factory=list)
    """What must not be, each with the number of its mutant."""

    @property
    def thirds(self) -> tuple[float, float]:
        """KiB of the server's process in the first third of the run and in the last: the medians."""
        third = max(1, len(self.memory) // 3)
        return (median(self.memory[:third]), median(self.memory[-third:])) if self.memory else (0, 0)

    @property
    def grown(self) -> float:
        """By how many KiB the process is larger in the last third than in the first."""
        first, last = self.thirds
        return last - first


class Inside:
    """The test bed, asked without HTTP: over `questions` and `answers` if given, otherwise in a new process."""

    def __init__(self, questions: IO[bytes] | None = None, answers: IO[bytes] | None = None) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self.pid: int | str = "self"
        if questions is None or answers is None:
            self._process = subprocess.Popen(SERVE, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ours
            self.pid = self._process.pid
            questions, answers = self._process.stdin, self._process.stdout
        if questions is None or answers is None:
            raise OSError("the process has no pipes")
        self._questions, self._answers = questions, answers
        self.corpus = corpus(lambda sent: _exchange(sent, self._ask(Body(sent))))

    def close(self) -> None:
        """End the process, which ends when nothing more can be asked."""
        self._questions.close()
        if self._process:
            self._process.wait()
        self._answers.close()

    def _ask(self, question: Body | Lot) -> Answer:
        write(self._questions, question)
        self._questions.flush()
        return self._answer()

    def _answer(self) -> Answer:
        message = read(self._answers)
        if message is None:
            raise EOFError("the server's process has ended")
        return read_answer(message)

    def fuzz(self, number: int, seed: int, tell: Tell = len) -> Tally:
        """Give so many mutants to the app, lot by lot; report what came of them."""
        bodies = Bodies(self.corpus, seed)
        self._ask(Lot())
        tally = Tally(memory=[resident(self.pid)])
        started = time.monotonic()
        for first in range(0, number, LOT):
            lot = range(first, min(first + LOT, number))
            self._lot([bodies.mutant(one) for one in lot], first, tally)
            if left := self._ask(Lot()).left:
                tally.failed.append(f"after mutant {lot[-1]}: tasks are left: {', '.join(left)}")
            tally.seconds = time.monotonic() - started
            tally.memory.append(resident(self.pid))
            tell(f"\r{tally.sent} bodies, {tally.sent / tally.seconds:.0f}/s, {len(tally.failed)} failures ")
        return tally

    def _lot(self, lot: list[bytes], first: int, tally: Tally) -> None:
        """Ask and listen at the same time: each side has a processor of its own."""
        asking = threading.Thread(target=self._give, args=(lot,))
        asking.start()
        for number, body in enumerate(lot, first):
            answer = self._answer()
            tally.sent += 1
            tally.slowest = max(tally.slowest, answer.seconds)
            faults = [f"{answer.escaped} escaped"] if answer.escaped else judged(_exchange(body, answer), tally)
            tally.failed += [f"mutant {number}: {fault} for {body[:300]!r}" for fault in faults]
        asking.join()

    def _give(self, lot: list[bytes]) -> None:
        for body in lot:
            write(self._questions, Body(body))
        self._questions.flush()


def _exchange(sent: bytes, answer: Answer) -> Exchange:
    return Exchange(sent, answer.status, answer.headers, answer.received)


def judged(answer: Exchange, tally: Tally) -> Iterator[str]:
    """Count an answer; name what is wrong with it."""
    tally.seen[f"{answer.status} {answer.media}"] += 1
    if answer.status >= SERVER_ERROR or not answer.status:
        yield f"status {answer.status}, {answer.received[:200]!r}"
    elif answer.media == "text/event-stream":
        decoder = SSEDecoder()
        tally.events.update(_name(message.data) for message in decoder.feed(answer.received))
        if decoder.tail:
            yield f"a stream that ends in {decoder.tail!r}"
    elif not _is_reply(answer):
        yield f"status {answer.status} with {answer.received[:200]!r}"


def _name(event: str) -> str:
    """Name the type of an event; a script may have the test bed say what has no event's shape."""
    try:
        return str(decode_event(event).__struct_config__.tag)
    except msgspec.ValidationError:
        return "of no shape"


def _is_reply(answer: Exchange) -> bool:
    value = json.loads(answer.received)
    return isinstance(value, dict) and (answer.status == OK or value.keys() >= REFUSAL)
