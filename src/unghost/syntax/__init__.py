"""How a text is read: parsers that say where things stand, and know no ecosystem."""
