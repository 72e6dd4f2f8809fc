//go:build events

package main

import (
	yaml2 "go.yaml.in/yaml/v2"
	yaml3 "go.yaml.in/yaml/v3"
)

func init() {
	operations["v2.events"] = yaml2.Events
	operations["v3.events"] = yaml3.Events
}
