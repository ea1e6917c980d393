"""Größe 😀 docstring_größe"""
import posakor_morakad  # 😀
größe = "😀"; import sebozam_kutobov
