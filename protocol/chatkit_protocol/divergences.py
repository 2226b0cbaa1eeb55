"""Where we differ from the reference on purpose: D1…, with what it does, what we do, and why.

The reference is `openai-chatkit` 1.6.5. Code and tests cite the numbers; a test holds that each is cited.
"""

from msgspec import Struct


class Divergence(Struct, frozen=True):
    """One deliberate difference."""

    id: str
    reference: str
    ours: str
    reason: str


_ROWS: tuple[tuple[str, str, str, str], ...] = (
    (
        "D1",
        "Bad JSON, an unknown type or a wrong shape escapes as an exception: 500 text/plain.",
        "400 with a JSON error that names the place.",
        "A 5xx makes the widget post the same body again; the client is told what to mend.",
    ),
    (
        "D2",
        "An unknown thread, item or attachment escapes as the store's exception: 500; feedback does not look.",
        "404 with a JSON error, for feedback as well.",
        "It is the client's mistake, and no reason to retry.",
    ),
    (
        "D3",
        "The same in a streaming request: 200, no bytes, an aborted body.",
        "The first event is awaited before the headers, so the status can still be 4xx.",
        "A cut 200 is retried; a 404 is understood.",
    ),
    (
        "D4",
        "A tag without `data` is refused.",
        "It is read as `{}`.",
        "The JavaScript types say that it is optional.",
    ),
    (
        "D5",
        "`limit` is handed to the store as it is; a negative one too.",
        'Absent, null and 0 mean 20, "5" means 5, more than 1000 means 1000, negative is refused.',
        "Clients in the wild ask for 9999; no request may ask for everything.",
    ),
    (
        "D6",
        "Ids have 32 random bits.",
        "Ids have 96 random bits.",
        "With 32 bits, two of 77,000 items share an id at even odds.",
    ),
    (
        "D7",
        "`created_at` is server-local time without a zone.",
        "UTC with `Z`; naive, `Z` and offsets are read.",
        "A time without a zone is wrong for everyone elsewhere.",
    ),
    (
        "D8",
        "A URL without a path gets a slash.",
        "The string stays as it is.",
        "Signed addresses break when they are rewritten.",
    ),
    (
        "D9",
        "An update of a stored widget is sent and not stored.",
        "It is stored.",
        "After a reload the user sees what they saw before.",
    ),
    (
        "D10",
        "Of a hidden item only `done` is held back; `added` and `replaced` leak.",
        "Every event about a hidden item is held back.",
        "Hidden means hidden.",
    ),
    (
        "D11",
        "Tool output is refused when the pending call is not the newest item.",
        "The newest pending call is found.",
        "A tool may store a hidden item, or a note, after the call.",
    ),
    (
        "D12",
        "A retry after an unknown item is an empty stream.",
        "404.",
        "Silence looks like an answer that failed.",
    ),
    (
        "D13",
        "When the client goes away, saving happens in a scope that is cancelled already.",
        "Saving is shielded and bounded: what was sent is stored, under any ASGI server.",
        "A stopped answer must still be there after a reload.",
    ),
    (
        "D14",
        "Widget streaming raises when a prop comes or goes on a template widget; text without an id is lost.",
        "Whatever is not an append to a text with an id redraws the root.",
        "Every state reaches the screen.",
    ),
    (
        "D15",
        "A refusal appears when it is complete.",
        "It is streamed like any text.",
        "The user sees at once what is being said.",
    ),
    (
        "D16",
        "Placeholder ids of chat-completions models are passed on, so each answer overwrites the one before.",
        "Each item gets an id of its own, the same from `added` to the store.",
        "No answer may be lost.",
    ),
    (
        "D17",
        "The index of a new task is found by value, so the second of two equal tasks gets the first one's.",
        "Tasks are counted.",
        "Indices run without gaps or repeats.",
    ),
    (
        "D18",
        "`done` carries a later `created_at` than `added`.",
        "It is the same.",
        "An item is created once.",
    ),
    (
        "D19",
        "A page may be short, or its cursor name a hidden item.",
        "Pages are full of visible items and cursors name visible ones; a retry always ends.",
        "Hidden items leave no trace.",
    ),
    (
        "D20",
        "A null for an object or list, or a `threads.list` without `params`, is refused.",
        "Each is read as empty; a null for an optional field is read as absent and never echoed.",
        "Clients in the wild send them.",
    ),
    (
        "D21",
        "Widgets are rebuilt from models: action defaults are filled in, unknown props of known components are lost.",
        "A widget is passed on as it was given, without nulls.",
        "The widget's own types are ahead of any server's.",
    ),
    (
        "D22",
        "An event with an icon that the SDK does not know fails.",
        "It is sent.",
        "Lists of icons grow; an unknown one costs the client a picture, a failure costs it the answer.",
    ),
    (
        "D23",
        "An action without a `type` is run, with no type.",
        "400.",
        "Nobody can have meant it; the reference's default is a leftover of its typing.",
    ),
    (
        "D24",
        "With openai 3 a streamed citation of an agent ends the answer with an error.",
        "It is shown, and the answer goes on.",
        "The citation comes as an object of a class that the reference's union does not know.",
    ),
    (
        "D25",
        "An image that the model failed to make stays an empty frame until the thread is loaded again.",
        "The frame is removed.",
        "Nothing will ever fill it.",
    ),
    (
        "D26",
        "A failing run is `stream.error` without a word; what the model had said last may be lost.",
        "The user is told what went wrong and whether to try again, after all that was said.",
        "A wrong key, a used-up quota and a guardrail want different things done.",
    ),
    (
        "D27",
        "A guardrail also removes the ids of tool calls, which were never added.",
        "Only what was shown is removed.",
        "A client has no use for ids that it has never seen.",
    ),
    (
        "D28",
        "The item that a sync action returns is answered and not stored.",
        "It is stored, if the thread has it already.",
        "After a reload the user sees what they saw before.",
    ),
    (
        "D29",
        "An error with a code that the SDK does not know fails.",
        "It is sent.",
        "The set of codes is open: an app has failures of its own.",
    ),
    (
        "D30",
        "Base64 with other characters in it is read without them, and what is left is transcribed.",
        "400.",
        "What is broken is told; speech that nobody said is worse than none.",
    ),
    (
        "D31",
        "A cursor that the list does not have is left to the store, which may start over.",
        "404.",
        "A list that starts over in place of the next page is shown twice, or never ends.",
    ),
)

DIVERGENCES: dict[str, Divergence] = {row[0]: Divergence(*row) for row in _ROWS}
