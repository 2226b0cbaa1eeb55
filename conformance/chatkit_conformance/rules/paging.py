"""Pages: of threads and of items."""
