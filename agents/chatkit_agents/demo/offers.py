"""What the composer of the demo's page offers: a model to choose, tools, people to tag. `/choices` tells what came."""

from typing import Any

MODELS: list[dict[str, Any]] = [
    {"id": "", "label": "Demo model", "description": "The usual one", "default": True},
    {"id": "demo-too", "label": "The same again", "description": "There is but one demo model"},
]
TOOLS: list[dict[str, Any]] = [
    {"id": "search", "label": "Search", "icon": "search", "placeholder": "What to look for"},
    {"id": "draw", "label": "Draw", "icon": "square-image", "placeholder": "What to draw"},
]
PEOPLE = {"ada": "Ada Lovelace", "grace": "Grace Hopper", "alan": "Alan Turing"}
PLACES = {"lisbon": "Lisbon", "oslo": "Oslo"}
ENTITIES: list[dict[str, Any]] = [
    {"id": name, "title": title, "group": group, "icon": icon, "interactive": True, "data": {"kind": group.lower()}}
    for group, icon, rows in (("People", "profile", PEOPLE), ("Places", "map-pin", PLACES))
    for name, title in rows.items()
]
OFFERS: dict[str, Any] = {"models": MODELS, "tools": TOOLS, "entities": ENTITIES}
