#!/bin/sh
# build.sh OUTPUT: builds the oracle with the function that shows a parser's events, which
# isn't public, added to copies of the libraries.
set -eu
output=$(realpath -m "$1")
cd "$(dirname "$0")"
copies=$(mktemp -d)
trap 'rm -rf "$copies"' EXIT
cp ../go.mod ../go.sum "$copies"
for version in v2 v3; do
    module=go.yaml.in/yaml/$version
    cp -r "$(go list -m -f '{{.Dir}}' $module)" "$copies/$version"
    chmod -R u+w "$copies/$version"
    cp overlay/events.go "$copies/$version/events.go"
    go mod edit -replace="$module=$copies/$version" "$copies/go.mod"
done
go build -modfile "$copies/go.mod" -tags events -o "$output" .
