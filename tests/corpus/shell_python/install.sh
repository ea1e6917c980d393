#!/usr/bin/env bash
set -euo pipefail
# pip install commented-pip
pip install durapik-firobet
pip3 install -U --no-cache-dir 'sabudup-lunapub[all]>=1.0' "requests"
python -m pip install --user guzavon-damiket==2.0 zope.interface
/usr/bin/python3.11 -m pip --quiet install -r reqs-in-shell.txt folaxim-kupoxum
sudo -u deploy -H pip3.11 install --upgrade lavozeb-giduvib
uv pip install zimenud-molukin && uv add --dev fibuzob-zevovup || exit 1
uv tool install gobikup-dugidab@1.2; uvx tukuzix-pozimat --flag-of-tool argument-of-tool
uv run --with bosurox-losipup python script.py
poetry add "ratokat-vegavaz@^2" --group dev-group
pipx install remutep-megaren && pipx run zadebox-rukurad arg-of-run
pip install \
    dagurak-zirevet \
    numpy \
    -c constraints-file.txt
if ! pip show shown-only; then pip install zosotod-dozipam; fi
$(which pip) install ranakon-guforon
X=$(pip install ponudek-tanaxik | tail -1)
cat > notes.txt <<EOF
pip install heredoc-text
EOF
bash -c "pip install midekom-bibapak && echo echoed"
bash <<'SCRIPT'
pip install fakinob-vopitiz
SCRIPT
echo "pip install echoed-string"
pip install -e . -e ./local-part git+https://git.example/from-git-repo.git
pip install "named-git @ git+https://git.example/named-git.git" > /dev/null
pip install $PACKAGE_VAR ${OTHER_VAR}
pip download zebenur-nimumed
pip uninstall -y uninstalled
env PIP_NO_INPUT=1 pipenv install nozider-kuzitok
for p in a b; do pip install "dubatit-kibakon"; done
