#!/usr/bin/env bash
# Records what Helm's functions return: record.sh DIR writes one table per function as of the newest version, and
# DIR/older/PROFILE.jsonl with the cases that an older version answers otherwise. Needs Go, and minutes.
set -euo pipefail
dir=$(realpath -m "$1")
cd "$(dirname "$0")/.."
go run ./functions generate "$dir"
mkdir -p "$dir/older"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for version in v3.16.4 v3.19.4 v3.21.4 v4.1.1 v4.2.4; do
	major=${version%%.*} profile=${version#v} module=$work/$version
	# The program is the same but for the version of the module that it looks into.
	mkdir "$module"
	cp functions/*.go functions/stub.s "$module"
	sed -i "s|helm.sh/helm/v4/|helm.sh/helm/$major/|" "$module/helm.go"
	(
		cd "$module"
		go mod init oracle
		go get "helm.sh/helm/$major/pkg/engine@$version"
		go build -o oracle .
	) >/dev/null 2>&1
	"$module/oracle" differ "$dir" >"$dir/older/${profile%.*}.jsonl"
done
wc -l "$dir"/older/*
