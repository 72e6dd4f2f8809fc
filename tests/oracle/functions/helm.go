package main

import (
	"text/template"

	_ "unsafe" // for go:linkname

	_ "helm.sh/helm/v4/pkg/engine"
)

// Helm's own table of functions, which it does not export.
//
//go:linkname funcMap helm.sh/helm/v4/pkg/engine.funcMap
func funcMap() template.FuncMap
