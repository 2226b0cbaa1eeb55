"""A model server that answers by script, in both of OpenAI's dialects, so that whole backends can be tested."""
