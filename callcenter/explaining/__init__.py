"""Explanations in words: what `routing.explain` tells in numbers, for people, in English and in Chinese."""
