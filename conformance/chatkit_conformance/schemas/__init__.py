"""The wire for everyone else: JSON Schema, OpenAPI, AsyncAPI and TypeScript, folded out of the Structs."""
