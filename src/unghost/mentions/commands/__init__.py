"""Install commands of all ecosystems, and the files whose commands a shell runs."""
