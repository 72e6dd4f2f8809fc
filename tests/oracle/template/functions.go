package main

import (
	"errors"
	"fmt"
	"strings"
	"text/template"
)

// A renderer gives functions access to the set of the running template, as Helm does.
type renderer struct {
	set   *template.Template
	depth int
}

// functions are those of the cases; their twins are in the crate's tests.
func (r *renderer) functions() template.FuncMap {
	return template.FuncMap{
		"list":    func(items ...any) []any { return items },
		"dict":    dict,
		"strings": func(items ...string) []string { return items },
		"same":    func(value any) any { return value },
		"upper":   strings.ToUpper,
		"repeat":  func(count int, text string) string { return strings.Repeat(text, count) },
		"join":    func(separator string, items ...string) string { return strings.Join(items, separator) },
		"half":    func(value float64) float64 { return value / 2 },
		"half32":  func(value float32) float32 { return value / 2 },
		"octet":   func(value uint8) uint8 { return value },
		"wide":    func(value int64) int64 { return value },
		"choose":  choose,
		"keys":    func(values map[string]any) int { return len(values) },
		"size":    func(items []any) int { return len(items) },
		"table":   func(values map[string]string) int { return len(values) },
		"nothing": func() any { return nil },
		"nomap":   func() map[string]any { return nil },
		"set":     set,
		"fail":    func(message string) (string, error) { return "", errors.New(message) },
		"divide":  func(a, b int) int { return a / b },
		"values":  func(values Values) int { return len(values) },
		"include": r.include,
		"tpl":     r.tpl,
	}
}

func dict(pairs ...any) map[string]any {
	values := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return values
}

func choose(condition bool, yes, no any) any {
	if condition {
		return yes
	}
	return no
}

func set(values map[string]any, key string, value any) map[string]any {
	values[key] = value
	return values
}

func (r *renderer) include(name string, data any) (string, error) {
	var out strings.Builder
	if r.depth++; r.depth > 50 {
		return "", errors.New("too deep")
	}
	err := r.set.ExecuteTemplate(&out, name, data)
	r.depth--
	return out.String(), err
}

func (r *renderer) tpl(text string, data any) (string, error) {
	clone, err := r.set.Clone()
	if err != nil {
		return "", err
	}
	inner := &renderer{set: clone, depth: r.depth}
	clone.Funcs(template.FuncMap{"include": inner.include, "tpl": inner.tpl})
	parsed, err := clone.New("set").Parse(text)
	if err != nil {
		return "", fmt.Errorf("cannot parse template %q: %w", text, err)
	}
	var out strings.Builder
	if err := parsed.Execute(&out, data); err != nil {
		return "", fmt.Errorf("error during tpl function execution for %q: %w", text, err)
	}
	return out.String(), nil
}
