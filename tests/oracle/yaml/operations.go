package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	yaml2 "go.yaml.in/yaml/v2"
	yaml3 "go.yaml.in/yaml/v3"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	sigs "sigs.k8s.io/yaml"
)

// operations by name: what is done with the input, and how the outcome is shown.
var operations = map[string]func([]byte) (string, error){
	"v2.decode":   decode2,
	"v3.decode":   decode3,
	"v3.node":     node3,
	"sigs.any":    func(in []byte) (string, error) { var v any; return shown(&v, sigs.Unmarshal(in, &v)) },
	"sigs.map":    func(in []byte) (string, error) { v := map[string]any{}; return shown(&v, sigs.Unmarshal(in, &v)) },
	"sigs.slice":  func(in []byte) (string, error) { v := []any{}; return shown(&v, sigs.Unmarshal(in, &v)) },
	"sigs.json":   func(in []byte) (string, error) { out, err := sigs.YAMLToJSON(in); return string(out), err },
	"sigs.head":   head,
	"sigs.split":  split,
	"json.any":    func(in []byte) (string, error) { var v any; return shown(&v, json.Unmarshal(in, &v)) },
	"json.map":    func(in []byte) (string, error) { v := map[string]any{}; return shown(&v, json.Unmarshal(in, &v)) },
	"json.slice":  func(in []byte) (string, error) { v := []any{}; return shown(&v, json.Unmarshal(in, &v)) },
	"sigs.encode": encode(func(v any) ([]byte, error) { return sigs.Marshal(v) }),
	"v2.encode":   encode(func(v any) ([]byte, error) { return yaml2.Marshal(v) }),
	"v3.encode":   encode(func(v any) ([]byte, error) { return encode3(v, 2) }),
	"v3.encode4":  encode(func(v any) ([]byte, error) { return encode3(v, 4) }),
	"json.encode": encode(json.Marshal),
	"json.indent": encode(func(v any) ([]byte, error) { return json.MarshalIndent(v, "", "  ") }),
	"json.raw":    encode(rawJSON),
}

// benchmarks by name: the preparation, which isn't timed, gives the work, which is.
var benchmarks = map[string]func([]byte) func(){
	"decode": func(in []byte) func() {
		return func() { v := map[string]any{}; sigs.Unmarshal(in, &v) }
	},
	"encode": func(in []byte) func() {
		var v any
		sigs.Unmarshal(in, &v)
		return func() { sigs.Marshal(v) }
	},
	"head": func(in []byte) func() {
		return func() { var v SimpleHead; sigs.Unmarshal(in, &v) }
	},
}

func shown[T any](v *T, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return dump(*v), nil
}

func decode2(in []byte) (string, error) {
	var v any
	err := yaml2.Unmarshal(in, &v)
	return shown(&v, err)
}

func decode3(in []byte) (string, error) {
	var v any
	err := yaml3.Unmarshal(in, &v)
	return shown(&v, err)
}

// SimpleHead has the fields and the names of Helm's struct.
type SimpleHead struct {
	Version  string `json:"apiVersion"`
	Kind     string `json:"kind,omitempty"`
	Metadata *struct {
		Name        string            `json:"name"`
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata,omitempty"`
}

func head(in []byte) (string, error) {
	var v SimpleHead
	if err := sigs.Unmarshal(in, &v); err != nil {
		return "", err
	}
	out := dump(v.Version) + " " + dump(v.Kind)
	if v.Metadata == nil {
		return out, nil
	}
	out += " " + dump(v.Metadata.Name)
	if v.Metadata.Annotations != nil {
		out += " " + dump(v.Metadata.Annotations)
	}
	return out, nil
}

func split(in []byte) (string, error) {
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(in)))
	var out []string
	for {
		document, err := reader.Read()
		if err == io.EOF {
			return strings.Join(out, " "), nil
		}
		if err != nil {
			return "", err
		}
		out = append(out, dump(string(document)))
	}
}

// encode reads the value as YAML and writes it.
func encode(write func(any) ([]byte, error)) func([]byte) (string, error) {
	return func(in []byte) (string, error) {
		var v any
		if err := yaml2.Unmarshal(in, &v); err != nil {
			return "", err
		}
		v, err := named(v)
		if err != nil {
			return "", err
		}
		out, err := write(v)
		return string(out), err
	}
}

// named is a value as templates have them, whose maps have strings for keys.
func named(v any) (any, error) {
	var err error
	switch v := v.(type) {
	case map[any]any:
		m := make(map[string]any, len(v))
		for key, value := range v {
			name, ok := key.(string)
			if !ok {
				return nil, errors.New("a key is not a string")
			}
			if m[name], err = named(value); err != nil {
				return nil, err
			}
		}
		return m, nil
	case []any:
		for i := range v {
			if v[i], err = named(v[i]); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

func encode3(v any, indent int) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml3.NewEncoder(&out)
	encoder.SetIndent(indent)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	err := encoder.Close()
	return out.Bytes(), err
}

func rawJSON(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}
