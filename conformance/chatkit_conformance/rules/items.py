"""Items: their life within a stream and in the store."""
