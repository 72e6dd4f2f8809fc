//go:build events

package yaml

import (
	"fmt"
	"strings"
)

// Events shows the events that the parser gives, one a line, with the texts of scalars as
// printable ASCII. It's compiled into copies of the libraries for the oracle alone.
func Events(in []byte) (out string, err error) {
	defer handleErr(&err)
	p := newParser(in)
	defer p.destroy()
	var lines []string
	for {
		p.event.typ = yaml_NO_EVENT
		kind := p.peek()
		lines = append(lines, showEvent(&p.event))
		if kind == yaml_STREAM_END_EVENT {
			return strings.Join(lines, "\n"), nil
		}
	}
}

func showEvent(e *yaml_event_t) string {
	from, to := e.start_mark, e.end_mark
	text := fmt.Sprintf("%d:%d-%d:%d %s", from.line, from.column, to.line, to.column, e.typ)
	if e.anchor != nil {
		text += fmt.Sprintf(" &%s", e.anchor)
	}
	if len(e.tag) > 0 {
		text += " <" + showBytes(e.tag) + ">"
	}
	switch e.typ {
	case yaml_SCALAR_EVENT:
		text += fmt.Sprintf(" %s %t %s", styleName(e), e.implicit, showBytes(e.value))
	case yaml_SEQUENCE_START_EVENT:
		text += fmt.Sprintf(" %t", e.sequence_style() == yaml_FLOW_SEQUENCE_STYLE)
	case yaml_MAPPING_START_EVENT:
		text += fmt.Sprintf(" %t", e.mapping_style() == yaml_FLOW_MAPPING_STYLE)
	case yaml_DOCUMENT_END_EVENT:
		text += fmt.Sprintf(" %t", e.implicit)
	}
	return text
}

func styleName(e *yaml_event_t) string {
	switch e.scalar_style() {
	case yaml_SINGLE_QUOTED_SCALAR_STYLE:
		return "'"
	case yaml_DOUBLE_QUOTED_SCALAR_STYLE:
		return "\""
	case yaml_LITERAL_SCALAR_STYLE:
		return "|"
	case yaml_FOLDED_SCALAR_STYLE:
		return ">"
	}
	return "plain"
}

func showBytes(bytes []byte) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, b := range bytes {
		if b >= ' ' && b <= '~' && b != '"' && b != '\\' {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "\\%02x", b)
		}
	}
	out.WriteByte('"')
	return out.String()
}
