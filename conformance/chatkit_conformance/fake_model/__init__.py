"""A model server that answers by script, in both of OpenAI's dialects, so that whole backends can be tested.

`chatkit-wire fake-model` serves it; `create_fake_model` makes it for a test. What the last user turn asks for is
said, by the language of `script`; without a script the turn is echoed.
"""

from chatkit_conformance.fake_model.app import create_fake_model
from chatkit_conformance.fake_model.script import MARK, ScriptError, scripted

__all__ = ["MARK", "ScriptError", "create_fake_model", "scripted"]
