"""Files: the composer takes them, they are kept in a folder, and the answer links to what was sent.

Both ways of the widget work: `uploadStrategy: { type: "two_phase" }`, and `{ type: "direct", uploadUrl:
"http://127.0.0.1:8000/chatkit/api/upload" }`. An agent would be shown them by itself (see 02_agent.py).

    uvicorn --app-dir agents/examples with_files:app
    curl http://127.0.0.1:8000/chatkit/api/upload -F 'file=@README.md;type=text/markdown'
"""

from chatkit_server import Answer, SQLiteStore, Turn, create_app
from chatkit_server.files import FileLimits, FileStore, disk, secret_in

folder = disk("data/files")
files = FileStore(
    folder,
    secret=secret_in("data/files.secret"),
    limits=FileLimits(max_bytes=8 * 1024 * 1024, accept=("image/*", "text/*", "application/pdf")),
)


async def respond(turn: Turn) -> Answer:
    """Say what was attached."""
    sent = turn.message.attachments if turn.message else []
    for attachment in sent:
        data = await turn.read_attachment(attachment) or b""
        link = f"[{attachment.name}]({files.download_url(turn, attachment)})"
        yield turn.say(f"{link} has {len(data)} bytes of {attachment.mime_type}.")
    if not sent:
        yield turn.say("Attach something.")


app = create_app(
    respond, store=SQLiteStore("data/files.sqlite3"), attachments=files, allow_origins=["http://localhost:3000"]
)
