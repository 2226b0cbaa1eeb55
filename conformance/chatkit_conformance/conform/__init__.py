"""The black-box suite: plays scenarios against a server in any language, and says which rules it keeps."""
