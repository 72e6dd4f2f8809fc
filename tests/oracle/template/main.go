// Command template records what Go's text/template does.
//
// It reads cases, one JSON object a line, and writes each back with its result: the output ("o"), or the
// error ("e"). With the argument "bench FILE" it times cases instead.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"text/template"
)

// A testCase is a set of texts, one of which is executed, and what comes out.
type testCase struct {
	Texts      []text          `json:"t"`
	Data       json.RawMessage `json:"d,omitempty"`
	MissingKey string          `json:"m,omitempty"`
	Output     *encoded        `json:"o,omitempty"`
	Error      *encoded        `json:"e,omitempty"`
}

// A text has a name; the last text of a case is the one that is executed.
type text [2]encoded

func main() {
	if len(os.Args) == 3 && os.Args[1] == "bench" {
		bench(os.Args[2])
		return
	}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := encoder.Encode(record(line)); err != nil {
				fatal(err)
			}
			// A peer may wait for the result before it sends the next case.
			out.Flush()
		}
		if err != nil {
			return
		}
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// record runs the case of a line.
func record(line []byte) testCase {
	var c testCase
	if err := json.Unmarshal(line, &c); err != nil {
		fatal(fmt.Errorf("%w in %s", err, line))
	}
	c.Output, c.Error = nil, nil
	output, err := run(c)
	if err != nil {
		c.Error = encode(err.Error())
	} else {
		c.Output = encode(output)
	}
	return c
}

func run(c testCase) (output string, err error) {
	set, err := parse(c)
	if err != nil {
		return "", err
	}
	return execute(set, c)
}

// parse parses all texts of a case into one set.
func parse(c testCase) (*template.Template, error) {
	set := template.New("set")
	if c.MissingKey != "" {
		set.Option("missingkey=" + c.MissingKey)
	}
	r := &renderer{set: set}
	set.Funcs(r.functions())
	for _, text := range c.Texts {
		if _, err := set.New(string(text[0])).Parse(string(text[1])); err != nil {
			return nil, err
		}
	}
	return set, nil
}

func execute(set *template.Template, c testCase) (output string, err error) {
	data, err := decode(c.Data)
	if err != nil {
		fatal(err)
	}
	// What panics outside of functions is an error of the peer as well.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	var buffer bytes.Buffer
	err = set.ExecuteTemplate(&buffer, string(c.Texts[len(c.Texts)-1][0]), data)
	return buffer.String(), err
}
