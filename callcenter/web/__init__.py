"""The API and the pages: what the console, the widget and other programs talk to."""
