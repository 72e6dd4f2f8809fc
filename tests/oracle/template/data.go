package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// An encoded string is a JSON string, or {"b": BASE64} if it is not UTF-8.
type encoded string

func encode(text string) *encoded {
	e := encoded(text)
	return &e
}

func (e encoded) MarshalJSON() ([]byte, error) {
	if !utf8.ValidString(string(e)) {
		return json.Marshal(map[string]string{"b": base64.StdEncoding.EncodeToString([]byte(e))})
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(string(e))
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), err
}

func (e *encoded) UnmarshalJSON(text []byte) error {
	if text[0] != '{' {
		return json.Unmarshal(text, (*string)(e))
	}
	var object struct{ B []byte }
	err := json.Unmarshal(text, &object)
	*e = encoded(object.B)
	return err
}

// Values is a map type with methods.
type Values map[string]any

// AsMap returns the plain map.
func (v Values) AsMap() map[string]any { return v }

// Table returns the nested map of that name.
func (v Values) Table(name string) (Values, error) {
	if table, ok := v[name].(map[string]any); ok {
		return table, nil
	}
	return nil, fmt.Errorf("%q is not a table", name)
}

// Span is an integer type that prints itself.
type Span int64

func (s Span) String() string { return strconv.FormatInt(int64(s), 10) + "s" }

// Times returns a multiple.
func (s Span) Times(n int64) Span { return s * Span(n) }

// Point is a struct whose text only its pointer has.
type Point struct {
	X    int
	Name string
	Any  any
}

func (p *Point) String() string { return fmt.Sprintf("<%d %s>", p.X, p.Name) }

// Plain is a struct without a text.
type Plain struct {
	Point Point
	List  []string
}

// decode reads a value. Numbers are float64, arrays []any and objects map[string]any, unless an object has
// the member "$", which names a type.
func decode(text json.RawMessage) (any, error) {
	if len(text) == 0 {
		return nil, nil
	}
	switch text[0] {
	case '[':
		return decodeList(text)
	case '{':
		return decodeObject(text)
	}
	var value any
	err := json.Unmarshal(text, &value)
	return value, err
}

func decodeList(text json.RawMessage) ([]any, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(text, &items); err != nil {
		return nil, err
	}
	list := make([]any, len(items))
	for i, item := range items {
		var err error
		if list[i], err = decode(item); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func decodeMap(text json.RawMessage) (map[string]any, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	values := make(map[string]any, len(members))
	for key, member := range members {
		var err error
		if values[key], err = decode(member); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func decodeObject(text json.RawMessage) (any, error) {
	var typed struct {
		Type  string          `json:"$"`
		Value json.RawMessage `json:"v"`
	}
	if err := json.Unmarshal(text, &typed); err != nil || typed.Type == "" {
		return decodeMap(text)
	}
	switch typed.Type {
	case "Values":
		values, err := decodeMap(typed.Value)
		return Values(values), err
	case "Point", "*Point", "Plain", "*Plain", "nil *Point":
		return decodeStruct(typed.Type, typed.Value)
	case "nil []any":
		return []any(nil), nil
	case "nil map":
		return map[string]any(nil), nil
	case "string":
		var e encoded
		err := json.Unmarshal(typed.Value, &e)
		return string(e), err
	case "float64":
		var text string
		if err := json.Unmarshal(typed.Value, &text); err != nil {
			return nil, err
		}
		return strconv.ParseFloat(text, 64)
	}
	decodeAs, ok := types[typed.Type]
	if !ok {
		return nil, fmt.Errorf("unknown type %q", typed.Type)
	}
	return decodeAs(typed.Value)
}

func decodeStruct(name string, text json.RawMessage) (any, error) {
	if name == "nil *Point" {
		return (*Point)(nil), nil
	}
	values, err := decodeMap(text)
	if err != nil {
		return nil, err
	}
	x, _ := values["X"].(float64)
	label, _ := values["Name"].(string)
	point := Point{X: int(x), Name: label, Any: values["Any"]}
	plain := Plain{Point: point, List: []string{"a", "b"}}
	switch name {
	case "Point":
		return point, nil
	case "*Point":
		return &point, nil
	case "Plain":
		return plain, nil
	}
	return &plain, nil
}

// types are those that JSON decodes as they are.
var types = map[string]func(json.RawMessage) (any, error){
	"int":               as[int],
	"int8":              as[int8],
	"int16":             as[int16],
	"int32":             as[int32],
	"int64":             as[int64],
	"uint":              as[uint],
	"uint8":             as[uint8],
	"uint64":            as[uint64],
	"float32":           as[float32],
	"[]string":          as[[]string],
	"[]int":             as[[]int],
	"[]uint8":           as[[]byte],
	"[]float64":         as[[]float64],
	"map[string]string": as[map[string]string],
	"map[string]int":    as[map[string]int],
	"Span":              as[Span],
}

func as[T any](text json.RawMessage) (any, error) {
	var value T
	err := json.Unmarshal(text, &value)
	return value, err
}
