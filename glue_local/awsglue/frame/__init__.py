"""How frames work inside: types, paths, choices, mapping, formats, sources, sinks, catalog.

A frame is a Spark DataFrame. A field of several types is a struct with one member per type, each member's field
marked in its metadata (`types.CHOICE`), so that every Spark operation carries choices along, inside arrays too.
Nothing here runs Python per record, except `records`, for functions that a script brings.
"""
