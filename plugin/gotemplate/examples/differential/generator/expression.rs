//! Random pipelines and terms.

use super::Generator;
use super::data::KEYS;

impl Generator {
    pub(super) fn variable(&mut self) -> String {
        let index = self.rng.usize(0..self.variables.len());
        self.variables[index].clone()
    }

    pub(super) fn pipe(&mut self, depth: usize) -> String {
        let mut pipe = self.command(depth);
        while self.chance(4) {
            let stage = self.call(depth.min(1), true);
            let bar = self.pick(&[" | ", "|", " |"]);
            pipe = format!("{pipe}{bar}{stage}");
        }
        pipe
    }

    fn command(&mut self, depth: usize) -> String {
        match self.rng.u8(0..10) {
            0..=4 => self.call(depth, false),
            5..=7 => self.term(depth),
            8 => self.chain(),
            // A method, or what is none, with arguments.
            _ => {
                let argument = self.term(0);
                let method =
                    self.pick(&[".v.Table", ".t.Times", ".v.AsMap", "$.v.Table", ".m.s", ".s", "$.t.Times"]);
                format!("{method} {argument}")
            }
        }
    }

    pub(super) fn term(&mut self, depth: usize) -> String {
        match self.rng.u8(0..14) {
            0..=3 => self.chain(),
            4 => ".".to_owned(),
            5 => self.variable(),
            6 => format!("{}.{}", self.variable(), self.pick(KEYS)).replace("$.", "$."),
            7 => self.number(),
            8..=9 => self.string(),
            10 => self.pick(&["true", "false", "nil"]).to_owned(),
            11..=12 if depth > 0 => format!("({})", self.pipe(depth - 1)),
            13 if depth > 0 => format!("({}).{}", self.pipe(depth - 1), self.pick(KEYS)),
            _ => self.chain(),
        }
    }

    fn chain(&mut self) -> String {
        let start = if self.chance(4) { "$" } else { "" };
        let length = if self.chance(3) { 2 } else { 1 };
        (0..length).fold(start.to_owned(), |chain, _| {
            let key = if self.chance(12) {
                self.pick(&["X", "Name", "Any", "String", "Point", "AsMap", "nope"])
            } else {
                self.pick(KEYS)
            };
            format!("{chain}.{key}")
        })
    }

    fn number(&mut self) -> String {
        const NUMBERS: &[&str] = &[
            "0",
            "1",
            "2",
            "3",
            "-1",
            "10",
            "1.5",
            "-2.5",
            "1e3",
            "0x1F",
            "0b11",
            "0o17",
            "017",
            "1_000",
            "'a'",
            "'é'",
            "'\\n'",
            "1e100",
            "-9223372036854775808",
            "9223372036854775808",
            "18446744073709551616",
            "1i",
            "2+3i",
            "0i",
            ".5",
            "5.",
            "3.0",
            "0x1p4",
            "-0x1e",
            "1e19",
            "300",
            "08",
            "1.2.3",
            "-0",
            "+7",
            "'\\x41'",
            "1__0",
        ];
        self.pick(NUMBERS).to_owned()
    }

    fn string(&mut self) -> String {
        match self.rng.u8(0..4) {
            0 => format!("`{}`", self.pick(&["raw", "a\\n", "two\nlines", "", "<b>"])),
            1 => self.pick(&["\"s\"", "\"i\"", "\"x\"", "\"\"", "\"l\"", "\"m\""]).to_owned(),
            2 => self
                .pick(&[
                    "\"\\x41\\xff\"",
                    "\"\\u00e9\\t\"",
                    "\"\\\"q\\\"\"",
                    "\"a b\"",
                    "\"\\q\"",
                    "\"\\101\"",
                ])
                .to_owned(),
            _ => format!("{:?}", self.pick(&["hello", "it's", "<&>", "%", "text of some length, not short"])),
        }
    }

    fn arguments(&mut self, count: usize, depth: usize) -> String {
        (0..count).map(|_| format!(" {}", self.term(depth))).collect()
    }

    /// A function with arguments; one fewer if one comes out of the pipeline.
    fn call(&mut self, depth: usize, is_piped: bool) -> String {
        const COMPARISONS: &[&str] = &["eq", "ne", "lt", "le", "gt", "ge"];
        const FREE: &[&str] =
            &["print", "println", "html", "js", "urlquery", "list", "and", "or", "dict", "index", "slice"];
        const ONE: &[&str] = &[
            "len", "not", "upper", "half", "half32", "octet", "wide", "keys", "size", "table", "fail",
            "same", "values", "call",
        ];
        if self.chance(3) {
            return self.printf(depth, is_piped);
        }
        let (name, count) = match self.rng.u8(0..12) {
            0..=2 => (self.pick(COMPARISONS), 2),
            3..=5 => (self.pick(FREE), self.rng.usize(1..4)),
            6..=8 => (self.pick(ONE), 1),
            9 => (
                self.pick(&["repeat", "join", "divide", "strings", "nothing", "nomap"]),
                self.rng.usize(0..3),
            ),
            10 => ("choose", 3),
            // What is set is no map: one that contains itself cannot be printed, in Go as well.
            11 if !is_piped => {
                let (map, key, value) = (self.term(0), self.pick(KEYS), self.number());
                return format!("set {map} {key:?} {value}");
            }
            _ => return self.nested(is_piped),
        };
        let wrong = if self.chance(15) { self.rng.usize(0..3) } else { 1 };
        let count = (count + wrong).saturating_sub(1 + usize::from(is_piped));
        format!("{name}{}", self.arguments(count, depth))
    }

    /// `include` and `tpl`.
    fn nested(&mut self, is_piped: bool) -> String {
        let data = if is_piped { String::new() } else { format!(" {}", self.term(0)) };
        let target = self.current + 1 + self.rng.usize(0..2);
        if self.rng.bool() {
            return format!("include \"t{target}\"{data}");
        }
        let inner = self.pipe(1);
        let text = match self.rng.u8(0..4) {
            0 => format!("a{{{{{inner}}}}}"),
            1 => format!("{{{{define \"t{target}\"}}}}new{{{{end}}}}{{{{template \"t{target}\" .}}}}"),
            2 => {
                format!("{{{{define \"t{target}\"}}}}new{{{{.}}}}{{{{end}}}}{{{{include \"t{target}\" 1}}}}")
            }
            _ => "{{.s}}".to_owned(),
        };
        format!("tpl {}{data}", gotemplate::strconv::quote(text))
    }

    fn printf(&mut self, depth: usize, is_piped: bool) -> String {
        let directives = self.rng.usize(1..4);
        let format: String = (0..directives).map(|_| self.directive()).collect();
        let count = if self.chance(6) { self.rng.usize(0..4) } else { directives };
        let count = count.saturating_sub(usize::from(is_piped));
        format!("printf {format:?}{}", self.arguments(count, depth))
    }

    fn directive(&mut self) -> String {
        let flags = self.pick(&["", "", "", "", "#", "+", "-", " ", "0", "+#", "0+", "-#", "# "]);
        let width = self.pick(&["", "", "", "", "5", "12", "*", "[1]", "[2]*", "03", "1"]);
        let precision = self.pick(&["", "", "", "", ".2", ".0", ".", ".10", ".*", ".[1]*"]);
        let index = self.pick(&["", "", "", "", "", "", "[1]", "[2]", "[9]", "[x]", "[]"]);
        // No `p`: addresses differ from run to run.
        let verb = self.pick(&[
            "v", "v", "v", "s", "s", "d", "d", "q", "x", "X", "t", "f", "e", "g", "G", "E", "c", "U", "o",
            "O", "b", "T", "%", "z", "w", "F", "é", "",
        ]);
        let text = self.pick(&["", "", "-", " ", "é"]);
        if self.rng.bool() {
            format!("%{verb}{text}")
        } else {
            format!("%{flags}{width}{precision}{index}{verb}{text}")
        }
    }
}
