// Records what Helm's template functions return.
//
//	go run ./functions generate DIR     one table per function, in DIR
//	go run ./functions differ DIR       those cases of DIR that this version of Helm answers otherwise, one of a missing function
//	go run ./functions fuzz SEED COUNT  cases of random arguments, on standard output
//	go run ./functions check            expressions on standard input, results on standard output
//
// record.sh runs the first two, with each version of Helm.
//
// A table has one case a line: the expression and its result, as a JSON array. The result is `type|text|JSON` of the
// value, or `error: ` and the whole message; one that is not UTF-8 is `hex: ` and its bytes.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
	"unicode/utf8"
)

func main() {
	switch {
	case len(os.Args) == 3 && os.Args[1] == "generate":
		check(generate(os.Args[2]))
	case len(os.Args) == 3 && os.Args[1] == "differ":
		check(differ(os.Args[2]))
	case len(os.Args) == 4 && os.Args[1] == "fuzz":
		seed, err := strconv.ParseInt(os.Args[2], 10, 64)
		check(err)
		count, err := strconv.Atoi(os.Args[3])
		check(err)
		fuzz(seed, count)
	case len(os.Args) == 2 && os.Args[1] == "check":
		answer()
	default:
		fmt.Fprintln(os.Stderr, "usage: functions generate DIR | differ DIR | fuzz SEED COUNT | check")
		os.Exit(2)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var functions = func() template.FuncMap {
	table := funcMap()
	// As the engine has it, unless it is told to ask a name server.
	table["getHostByName"] = func(string) string { return "" }
	return table
}()

// data is what a template is executed with, as values from a file would be. Some functions change it.
func data() any {
	var decoded any
	check(json.Unmarshal([]byte(dataText), &decoded))
	return decoded
}

// evaluate tells the type, the text and the JSON of an expression's value.
func evaluate(expression string) string {
	text := "{{ $r := " + expression + " }}{{ typeOf $r }}|{{ $r }}|{{ toJson $r }}"
	parsed, err := template.New("t").Option("missingkey=zero").Funcs(functions).Parse(text)
	if err != nil {
		return "error: " + err.Error()
	}
	var out strings.Builder
	if err := parsed.Execute(&out, data()); err != nil {
		// Texts that are not UTF-8 are errors' own matter: each wrong byte is one character here.
		return string([]rune("error: " + err.Error()))
	}
	return printable(out.String())
}

func printable(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return "hex: " + hex.EncodeToString([]byte(text))
}

func line(expression, result string) string {
	encoded := new(strings.Builder)
	encoder := json.NewEncoder(encoded)
	encoder.SetEscapeHTML(false)
	check(encoder.Encode([]string{expression, result}))
	return encoded.String()
}

func generate(dir string) error {
	check(os.MkdirAll(dir, 0o755))
	total := 0
	for _, name := range names() {
		var table strings.Builder
		seen := map[string]bool{}
		for _, expression := range cases(name) {
			result := evaluate(expression)
			if seen[expression] || !isStable(name, expression, result) {
				continue
			}
			seen[expression] = true
			table.WriteString(line(expression, result))
		}
		total += len(seen)
		if err := os.WriteFile(filepath.Join(dir, name+".jsonl"), []byte(table.String()), 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintln(os.Stderr, total, "cases")
	return os.WriteFile(filepath.Join(dir, "data.json"), []byte(dataText+"\n"), 0o644)
}

// isStable tells whether a result may be expected again. Values that depend on chance or on the time are not, but the
// errors of these functions are.
func isStable(name, expression, result string) bool {
	isError := strings.HasPrefix(result, "error: ")
	switch {
	case random[name] && !isError, name == "durationRound" && strings.Contains(expression, "toDate"):
		return false
	case name == "fromToml" && strings.Contains(result, "Error:"):
		// What is wrong with a document is told in other words.
		return false
	case name == "toYamlPretty" && strings.Contains(expression, "toDate"):
		// Times are the one value that is written unquoted.
		return false
	case (name == "slice" || name == "mustSlice") && strings.Contains(expression, ".list"):
		// A slice can reach beyond its end into what its array has by chance.
		return false
	case name == "keys" || name == "values":
		for range 20 {
			if evaluate(expression) != result {
				return false
			}
		}
		return true
	}
	return evaluate(expression) == result
}

// differ prints what other cases of the tables would be in this version of Helm.
func differ(dir string) error {
	tables, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		return err
	}
	for _, table := range tables {
		text, err := os.ReadFile(table)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(filepath.Base(table), ".jsonl")
		for _, recorded := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			var known [2]string
			check(json.Unmarshal([]byte(recorded), &known))
			result := evaluate(known[0])
			if result != known[1] && isStable(name, known[0], result) {
				fmt.Print(line(known[0], result))
			}
			if functions[name] == nil {
				break // One case says that the function is not there.
			}
		}
	}
	return nil
}

func answer() {
	scanner := bufio.NewScanner(os.Stdin)
	scanner.Buffer(nil, 1<<24)
	for scanner.Scan() {
		var expression string
		check(json.Unmarshal(scanner.Bytes(), &expression))
		fmt.Print(line(expression, evaluate(expression)))
	}
}
