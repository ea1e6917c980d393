#!/usr/bin/env bash
# The steps of the action that are no other action's: prepare, pull, scan (see action.yml).
#
# What a workflow gives comes in variables INPUT_* and stays data: nothing of it is evaluated, and
# nothing of it is a word of a command that could be taken for an option. Python is started isolated
# (-I) throughout, for it would else import modules from the checkout, which may be a stranger's.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Write a message that the runner shows, of a level (error or warning).
tell() {
  local text=$2
  text=${text//'%'/%25}
  text=${text//$'\r'/%0D}
  text=${text//$'\n'/%0A}
  text=${text//[[:cntrl:]]/?}
  printf '::%s title=unghost::%s\n' "$1" "$text"
}

fail() {
  tell error "$1"
  exit 2
}

# Set an output of the step. No value can end it early, for nobody can guess where it ends.
output() {
  local end
  end="unghost_$(od -An -v -N16 -tx1 /dev/urandom | tr -d ' \n')"
  printf '%s<<%s\n%s\n%s\n' "$1" "$end" "$2" "$end" >>"$GITHUB_OUTPUT"
}

# Install unghost into an environment of its own, and say where snapshots belong.
prepare() {
  local base python snapshots version=${INPUT_VERSION:-}
  base=${UNGHOST_BASE_PYTHON:-$(command -v python || command -v python3 || true)}
  [[ -n $base ]] || fail "there is no python on the path"
  if [[ $version == installed ]]; then
    python=$base
    "$python" -I -c 'import unghost' ||
      fail "version: $version wants a python on the path that has unghost; $python has not"
  else
    # The package of this very commit, unless a version is given.
    local what
    what=$(cd "$here/../.." && pwd)
    if [[ -n $version ]]; then
      [[ $version =~ ^[0-9][0-9A-Za-z.!+]*$ ]] || fail "version: $version is no version"
      what="unghost==$version"
    fi
    local venv=$RUNNER_TEMP/unghost-venv
    cd "$RUNNER_TEMP"
    "$base" -I -m venv --clear "$venv"
    python=$venv/bin/python
    [[ -x $python ]] || python=$venv/Scripts/python.exe
    "$python" -I -m pip install --quiet --disable-pip-version-check "$what"
  fi
  snapshots=$("$python" -I -c \
    'from unghost.names.universe import default_path; print(default_path("pypi").parent)')
  output python "$python"
  output snapshots "$snapshots"
  # Other lists are other snapshots, and they are kept for a day.
  output lists "$(printf '%s' "${INPUT_PULL:-}" | cksum | tr ' ' -)"
  output day "$(date -u +%Y-%m-%d)"
}

# Pull snapshots. One that cannot be had is no failure: without it registries are asked, and what
# nothing can verify is told.
pull() {
  local word name pulled=true
  local -a words from
  # In a folder of no project: the checkout has no say in which list is read and kept.
  cd "$RUNNER_TEMP"
  IFS=$', \t\n' read -r -d '' -a words < <(printf '%s\0' "${INPUT_PULL:-}")
  for word in ${words[@]+"${words[@]}"}; do
    name=${word%%=*}
    from=()
    [[ $word != *=* ]] || from=("--from=${word#*=}")
    [[ $name =~ ^[a-z]+$ ]] || fail "pull: $name is no ecosystem"
    if ! "$UNGHOST_PYTHON" -I -m unghost.cli names pull ${from[@]+"${from[@]}"} "$name"; then
      tell warning "there is no fresh snapshot of $name: see what is said above"
      pulled=false
    fi
  done
  output pulled "$pulled"
}

scan() {
  cd "$GITHUB_WORKSPACE"
  exec "$UNGHOST_PYTHON" -I "$here/scan.py"
}

case ${1:-} in
  prepare | pull | scan) "$1" ;;
  *) fail "run.sh knows prepare, pull and scan" ;;
esac
