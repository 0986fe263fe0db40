"""The live actions of the lessons: each does on the running services what its lesson is about.

`running.run` carries one out, on a thread of its own. What an action sees it tells row by row; it
returns the key of the choice that came true, so no answer is written down beforehand.
"""
