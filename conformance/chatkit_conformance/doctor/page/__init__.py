"""A page with the widget: an HTML file of the project, or what a web server sends for an address."""
