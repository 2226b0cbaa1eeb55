"""A running backend, examined over HTTP as the widget on somebody's page would call it."""
