"""`input.*`: transcribe."""

import base64
import binascii

from chatkit_protocol.codec import RequestError
from chatkit_protocol.replies import TranscriptionResult
from chatkit_protocol.requests import InputTranscribe
from chatkit_server.errors import Unsupported
from chatkit_server.responder import Audio
from chatkit_server.turn import Turn


async def transcribe(turn: Turn, request: InputTranscribe) -> TranscriptionResult:
    """Have the app turn speech into text."""
    params = request.params
    if turn.backend.hooks.transcribe is None:
        raise Unsupported("dictation", path="$.type")
    try:
        data = base64.b64decode("".join(params.audio_base64.split()), validate=True)
    except (binascii.Error, ValueError):
        raise RequestError("not Base64", path="$.params.audio_base64") from None
    text = await turn.backend.hooks.transcribe(turn, Audio(data=data, mime_type=params.mime_type))
    return TranscriptionResult(text=text)
