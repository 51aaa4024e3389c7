"""
Every sentence people read, one module a surface, ready to be translated.

Templates are filled with `str.format`; what is filled in is already escaped. `*` and `~` are Slack's marks for bold and
struck through; where no marks are known they are taken out of the template. Style: screens in docs/, sentence case,
short, no blame.
"""
