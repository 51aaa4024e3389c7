"""
The desk's configuration as forms: a table of sections and settings (`catalogue`), how each is written in one field
(`codecs`), and the way between a form's fields and the document (`editing`).
"""
