echo "😀😀" && pip install forimav-sezadin # größe
pip install "fudebap-zegeroz" || true
