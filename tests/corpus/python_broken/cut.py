import nogexev_sukodar
from mifinex_doramut import thing
import sys
def f(:
    import gerudob_beboraz
    x = "unclosed
from numpy import array
