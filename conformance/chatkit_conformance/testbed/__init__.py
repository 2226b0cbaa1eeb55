"""A backend without a model: it obeys the scripts that messages and actions carry."""
