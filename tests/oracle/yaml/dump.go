package main

import (
	"fmt"
	"math"
	"sort"
	"strings"
	"time"

	yaml3 "go.yaml.in/yaml/v3"
)

// dump shows a value and its types on one line of printable ASCII.
func dump(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprint(v)
	case int:
		return fmt.Sprintf("i%d", v)
	case int64:
		return fmt.Sprintf("i%d", v)
	case uint64:
		return fmt.Sprintf("u%d", v)
	case float64:
		if math.IsNaN(v) {
			return "fnan"
		}
		return fmt.Sprintf("f%x", math.Float64bits(v))
	case string:
		return quote(v)
	case time.Time:
		return quote(v.Format(time.RFC3339Nano))
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = dump(v[i])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		return dumpMap(v)
	case map[string]string:
		return dumpMap(v)
	case map[any]any:
		return dumpMap(v)
	}
	return fmt.Sprintf("?%T", v)
}

func dumpMap[K comparable, V any](m map[K]V) string {
	parts := make([]string, 0, len(m))
	for key, value := range m {
		parts = append(parts, dump(key)+": "+dump(value))
	}
	sort.Strings(parts)
	return "{" + strings.Join(parts, ", ") + "}"
}

// quote leaves printable ASCII as it is and shows all other bytes in hexadecimal.
func quote(s string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, b := range []byte(s) {
		if b >= ' ' && b <= '~' && b != '"' && b != '\\' {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "\\%02x", b)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// node3 shows the tree that go-yaml v3 reads, with places and comments.
func node3(in []byte) (string, error) {
	var root yaml3.Node
	if err := yaml3.Unmarshal(in, &root); err != nil {
		return "", err
	}
	var out strings.Builder
	dumpNode(&out, &root)
	return out.String(), nil
}

func dumpNode(out *strings.Builder, n *yaml3.Node) {
	fmt.Fprintf(out, "(%d %d:%d %d", n.Kind, n.Line, n.Column, n.Style)
	tag := n.Tag
	if n.Style&yaml3.TaggedStyle == 0 {
		tag = "" // it follows from the text
	}
	for _, part := range []struct{ name, text string }{
		{"tag", tag}, {"anchor", n.Anchor}, {"value", n.Value},
		{"head", n.HeadComment}, {"line", n.LineComment}, {"foot", n.FootComment},
	} {
		if part.text != "" {
			fmt.Fprintf(out, " %s=%s", part.name, quote(part.text))
		}
	}
	for _, child := range n.Content {
		out.WriteByte(' ')
		dumpNode(out, child)
	}
	out.WriteByte(')')
}
