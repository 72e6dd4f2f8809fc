// Command unicode writes the rune tables of this Go version as Rust source, for the crate gorunes.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"unicode"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	fmt.Fprintf(out, "//! Rune tables of Go (Unicode %s); written by `tests/oracle/unicode`.\n", unicode.Version)
	table(out, "PRINT", "Runes that `%q` leaves as they are.", strconv.IsPrint)
	table(out, "LETTER", "Runes of category L.", unicode.IsLetter)
	table(out, "DIGIT", "Runes of category Nd.", unicode.IsDigit)
}

// table writes the ranges of the runes for which is holds, ends included.
func table(out *bufio.Writer, name, comment string, is func(rune) bool) {
	fmt.Fprintf(out, "\n/// %s\n#[rustfmt::skip]\npub(crate) const %s: &[(u32, u32)] = &[", comment, name)
	count := 0
	for start := rune(0); start <= unicode.MaxRune; start++ {
		if !is(start) {
			continue
		}
		end := start
		for end < unicode.MaxRune && is(end+1) {
			end++
		}
		separator := " "
		if count%6 == 0 {
			separator = "\n    "
		}
		fmt.Fprintf(out, "%s(0x%x, 0x%x),", separator, start, end)
		count++
		start = end
	}
	fmt.Fprint(out, "\n];\n")
}
