"""What people and models write: Markdown, its sentences, its lists."""
