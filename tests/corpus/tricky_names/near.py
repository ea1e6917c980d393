import flask
import flask.json
import papebip_matiman
from flask_login import x
from zope.interface import y
