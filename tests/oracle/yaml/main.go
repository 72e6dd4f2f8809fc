// Command yaml answers what Go's YAML and JSON libraries do: one case a line on standard
// input, one answer a line on standard output, both JSON.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
)

// question is one case. Bytes that aren't UTF-8 come as base64.
type question struct {
	Op     string `json:"op"`
	Text   string `json:"text,omitempty"`
	Base64 []byte `json:"base64,omitempty"`
}

func (q question) input() []byte {
	if q.Base64 != nil {
		return q.Base64
	}
	return []byte(q.Text)
}

// answer is what Go does: its output, or the text of its error.
type answer struct {
	Out   *string `json:"out,omitempty"`
	Error *string `json:"error,omitempty"`
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "bench" {
		bench(os.Args[2], os.Args[3:])
		return
	}
	in := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20))
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		var q question
		if err := in.Decode(&q); err == io.EOF {
			return
		} else if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		// An empty line asks for what has been answered so far.
		if q.Op == "flush" {
			out.Flush()
			continue
		}
		encoder.Encode(ask(q))
	}
}

func ask(q question) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			text := fmt.Sprint("panic: ", r)
			a = answer{Error: &text}
		}
	}()
	op, ok := operations[q.Op]
	if !ok {
		text := "unknown operation " + q.Op
		return answer{Error: &text}
	}
	out, err := op(q.input())
	if err != nil {
		text := err.Error()
		return answer{Error: &text}
	}
	return answer{Out: &out}
}

// bench prints the nanoseconds that an operation takes for each file.
func bench(op string, files []string) {
	for _, file := range files {
		input, err := os.ReadFile(file)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		work := benchmarks[op](input)
		best := time.Duration(1<<63 - 1)
		for start := time.Now(); time.Since(start) < time.Second; {
			before := time.Now()
			work()
			best = min(best, time.Since(before))
		}
		fmt.Println(best.Nanoseconds())
	}
}
