"""Files that are whole or not there, and the folder of a run."""
