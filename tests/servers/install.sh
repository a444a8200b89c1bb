#!/bin/sh
# The two real InfluxDB servers of the tests, into the user's cache: Debian's 1.6.7, and 1.8.10 built from its release.
# Says in one line what is missing where it may not install.
set -eu
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ev-battery-analytics/influxd
mkdir -p "$cache"

install() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        echo "missing: sudo apt-get install --no-install-recommends $*" >&2
        return 2
    fi
}

if [ ! -x /usr/bin/influxd ]; then
    install influxdb
fi
command -v openssl >/dev/null || install openssl # certificates for https
if [ ! -x "$cache/influxd-1.8.10" ]; then
    command -v go >/dev/null || install golang-go ca-certificates
    work=$(mktemp -d)
    trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
    GOBIN="$work" go install -trimpath -ldflags '-s -w -X main.version=1.8.10' \
        github.com/influxdata/influxdb/cmd/influxd@v1.8.10
    mv "$work/influxd" "$cache/influxd-1.8.10.part"
    mv "$cache/influxd-1.8.10.part" "$cache/influxd-1.8.10"
fi
