"""The widget as a page loads it: an element, and the script of OpenAI's that makes it work."""

CDN = "https://cdn.platform.openai.com"
"""Where the script and the widget's frame come from."""
SCRIPT = f"{CDN}/deployments/chatkit/chatkit.js"
"""As OpenAI's documentation has the page load it."""
TAG = f'<script src="{SCRIPT}" async></script>'
ELEMENT = "openai-chatkit"
