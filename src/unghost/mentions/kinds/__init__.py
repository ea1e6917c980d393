"""What kind of text it is: by the name of a file or a fence, or by the text itself."""
