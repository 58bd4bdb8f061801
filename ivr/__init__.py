"""Menus and flows: a pure interpreter that turns keys, text and time-outs into prompts, collected data and a contact."""
