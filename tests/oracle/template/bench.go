package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/template"
	"time"
)

// A benchCase is a case and the names of further functions that its texts call.
type benchCase struct {
	testCase
	Functions []string `json:"f"`
}

// bench prints, for each case of a file, the nanoseconds of parsing and of executing it once.
func bench(path string) {
	file, err := os.Open(path)
	if err != nil {
		fatal(err)
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		var c benchCase
		if err := json.Unmarshal(line, &c); err != nil {
			fatal(err)
		}
		c.time()
	}
}

func (c benchCase) time() {
	var set *template.Template
	parsed := measure(func() {
		var err error
		if set, err = c.parse(); err != nil {
			fatal(err)
		}
	})
	data, err := decode(c.Data)
	if err != nil {
		fatal(err)
	}
	name := string(c.Texts[len(c.Texts)-1][0])
	executed := measure(func() {
		if err := set.ExecuteTemplate(io.Discard, name, data); err != nil {
			fatal(err)
		}
	})
	fmt.Println(parsed, executed)
}

// parse is [parse] with the further functions, which return their last argument.
func (c benchCase) parse() (*template.Template, error) {
	set := template.New("set")
	functions := (&renderer{set: set}).functions()
	for _, name := range c.Functions {
		functions[name] = last
	}
	set.Funcs(functions)
	for _, text := range c.Texts {
		if _, err := set.New(string(text[0])).Parse(string(text[1])); err != nil {
			return nil, err
		}
	}
	return set, nil
}

func last(values ...any) any {
	if len(values) == 0 {
		return nil
	}
	return values[len(values)-1]
}

// measure returns the nanoseconds of one call: of the fastest, as the machine may have other things to do.
func measure(call func()) int64 {
	const least = 400 * time.Millisecond
	start, fastest := time.Now(), int64(-1)
	for fastest < 0 || time.Since(start) < least {
		begin := time.Now()
		call()
		if took := time.Since(begin).Nanoseconds(); fastest < 0 || took < fastest {
			fastest = took
		}
	}
	return fastest
}
