"""The model behind a backend, as the environment names it: asked for its models, and for one short answer."""
