#!/bin/sh
# Sets up .venv with the requirements named as argument; installs what is missing where that is allowed, else says in
# one line what to install.
set -eu
requirements=$1
cd "$(dirname "$0")/.."

python=
for candidate in python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11 or newer is missing: sudo apt-get install python3 python3-venv" >&2
    exit 2
fi

install() {  # Debian packages, when that is allowed here
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        echo "missing: sudo apt-get install $*" >&2
        return 2
    fi
}

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    rm -rf .venv
    "$python" -m venv .venv 2>/dev/null || { rm -rf .venv; install python3-venv && "$python" -m venv .venv; }
fi

stamp=.venv/installed-$(cat requirements*.txt "$0" | cksum | cut -d' ' -f1)-$requirements
if [ ! -f "$stamp" ]; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$requirements"
    touch "$stamp"
fi

if [ "$requirements" = requirements-dev.txt ]; then
    command -v chromium >/dev/null || install chromium
    fc-list 2>/dev/null | grep -qi nanum || install fonts-nanum fontconfig
    command -v node >/dev/null && command -v npm >/dev/null || install nodejs npm
    command -v java >/dev/null || install default-jre-headless
    lock=frontend/node_modules/.installed-$(cksum < frontend/package-lock.json | cut -d' ' -f1)
    if [ ! -f "$lock" ]; then
        npm ci --prefix frontend --silent --no-audit --no-fund
        touch "$lock"
    fi
    sh tests/servers/install.sh
fi
