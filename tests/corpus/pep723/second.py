# /// script
# dependencies = ["fulivox-nurirux", "bofitut-kuromax>=1; python_version<'3.12'", "httpx"]
# ///
x = 1
