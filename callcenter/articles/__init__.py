"""The knowledge base: articles in two languages, found while a customer waits, sent with one click, written from questions.

cutting        texts and questions as terms
wording        Markdown as plain text, excerpts with the words marked
reading_files  articles from Markdown files and CSV
book           articles stored, imported and searched
questions      what found no answer, as a work list
routes, desk_routes, question_routes   the API
"""
