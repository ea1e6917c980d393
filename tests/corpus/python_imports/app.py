"""import docstring_module"""
from __future__ import annotations
import os, os.path, asyncio.tasks as t
import radubuk_varimop
import vitoxar_supuzud.client as client
import requests, mukazod_goraxen
from ritizuk_noromud import a, b as c
from sadinin_megutar.inner.deep import (
    one,
    two,  # import comment_module
)
from . import relative_thing
from .pkg import other_thing
from .. import upper_thing
import cv2
import yaml
from bs4 import BeautifulSoup
from sklearn.linear_model import LinearRegression
from PIL import Image
from google.cloud import storage
from google.cloud.storage import Client
import dateutil.parser
import OpenSSL
import pkg_resources
import attr
import fitz
import serial
import jwt
from dotenv import load_dotenv
import skimage.io
from Crypto.Cipher import AES
from google.protobuf import message
import helpers_local
from shop.cart import Cart
text = "import string_module"
# import commented_module
try:
    import lomitib_gufonat
except ImportError:
    fallback_value = None

def late():
    if True: import zaledom_selidit; import json
    import importlib
    importlib.import_module("panirib_gakenek.plugins")
    return __import__("ganemok_zafonar")
