//! Random pipelines and terms.

use super::Generator;
use super::data::KEYS;

/// What a function takes.
#[derive(Clone, Copy)]
enum Kind {
    Any,
    String,
    Int,
    Float,
    Bool,
    List,
    Map,
    /// What has a length.
    Sized,
    /// A number literal. What is set is no map: one that contains itself cannot be printed, in Go as well.
    Number,
}

/// Functions and what they take, as often as they are to be called.
const FUNCTIONS: &[(&str, &[Kind])] = &[
    ("print", &[Kind::Any, Kind::Any]),
    ("println", &[Kind::Any, Kind::Any]),
    ("print", &[Kind::Any]),
    ("html", &[Kind::Any]),
    ("html", &[Kind::String, Kind::Any]),
    ("js", &[Kind::Any]),
    ("urlquery", &[Kind::Any]),
    ("same", &[Kind::Any]),
    ("not", &[Kind::Any]),
    ("and", &[Kind::Any, Kind::Any, Kind::Any]),
    ("and", &[Kind::Bool, Kind::Any]),
    ("or", &[Kind::Any, Kind::Any]),
    ("list", &[Kind::Any, Kind::Any]),
    ("dict", &[Kind::String, Kind::Any, Kind::String, Kind::Any]),
    ("index", &[Kind::List, Kind::Int]),
    ("index", &[Kind::Map, Kind::String]),
    ("index", &[Kind::Sized, Kind::Any]),
    ("index", &[Kind::Map, Kind::String, Kind::Any]),
    ("slice", &[Kind::Sized, Kind::Int, Kind::Int]),
    ("slice", &[Kind::String, Kind::Int]),
    ("slice", &[Kind::Sized, Kind::Number, Kind::Number, Kind::Number]),
    ("len", &[Kind::Sized]),
    ("len", &[Kind::Any]),
    ("upper", &[Kind::String]),
    ("half", &[Kind::Float]),
    ("half32", &[Kind::Float]),
    ("octet", &[Kind::Int]),
    ("wide", &[Kind::Int]),
    ("keys", &[Kind::Map]),
    ("values", &[Kind::Map]),
    ("size", &[Kind::List]),
    ("repeat", &[Kind::Int, Kind::String]),
    ("join", &[Kind::String, Kind::String, Kind::String]),
    ("choose", &[Kind::Bool, Kind::Any, Kind::Any]),
    ("divide", &[Kind::Int, Kind::Int]),
    ("nothing", &[]),
    ("nomap", &[]),
    ("strings", &[Kind::String, Kind::String]),
    ("table", &[Kind::Map]),
    ("fail", &[Kind::String]),
    ("call", &[Kind::Any, Kind::Any]),
    ("set", &[Kind::Map, Kind::String, Kind::Number]),
];

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
        match self.rng.u8(0..12) {
            0..=4 => self.call(depth, false),
            5..=8 => self.chain(),
            9 => self.term(depth),
            10 => {
                let method = self.pick(&[
                    "$.v.Table \"m\"",
                    "$.t.Times 2",
                    "$.v.AsMap",
                    "$.t.String",
                    "$.v.Table \"x\"",
                ]);
                method.to_owned()
            }
            // What is no method, with arguments.
            _ if self.chance(3) => format!("{} {}", self.chain(), self.term(0)),
            _ => self.chain(),
        }
    }

    /// A term that is likely of the kind.
    fn operand(&mut self, kind: Kind, depth: usize) -> String {
        if !matches!(kind, Kind::Number) && self.chance(12) {
            return self.term(depth);
        }
        let choices: &[&str] = match kind {
            Kind::Any => return self.term(depth),
            Kind::Number => return self.number(),
            Kind::String => {
                &["$.s", "\"a\"", "`raw`", "(print $.i)", "\"x\"", "(upper $.s)", "(printf \"%v\" .)"]
            }
            Kind::Int => &["$.i", "1", "2", "0", "(len $.l)", "3", "(len $.s)", "'a'"],
            Kind::Float => &["$.f", "1.5", "2", "0.1", "(half $.f)", "1e6"],
            Kind::Bool => &["$.b", "true", "false", "(not $.s)", "(eq 1 1)"],
            Kind::List => &["$.l", "(list 1 \"a\" nil 2.5)", "(list)", "(list . $.s)"],
            Kind::Map => &["$.m", "(dict \"s\" 1)", "$.v", "(dict \"x\" $.l \"i\" 2)", "(nomap)"],
            Kind::Sized => &["$.l", "$.m", "$.s", "$.ss", "$.ms", "\"text\"", "(list 1 2)", "$.mi", "$.v"],
        };
        self.pick(choices).to_owned()
    }

    fn operands(&mut self, kinds: &[Kind], depth: usize) -> String {
        kinds.iter().map(|kind| format!(" {}", self.operand(*kind, depth))).collect()
    }

    pub(super) fn term(&mut self, depth: usize) -> String {
        match self.rng.u8(0..14) {
            0..=3 => self.chain(),
            4 => ".".to_owned(),
            5 => self.variable(),
            6 => format!("{}.{}", self.variable(), self.pick(KEYS)),
            7 => self.number(),
            8..=9 => self.string(),
            10 => self.pick(&["true", "false", "nil"]).to_owned(),
            11..=12 if depth > 0 => format!("({})", self.pipe(depth - 1)),
            13 if depth > 0 => format!("({}).{}", self.pipe(depth - 1), self.pick(KEYS)),
            _ => self.chain(),
        }
    }

    fn chain(&mut self) -> String {
        if self.chance(3) {
            return self
                .pick(&[
                    "$.m.x",
                    "$.m.s",
                    "$.v.s",
                    "$.ms.s",
                    "$.mi.x",
                    "$.m.m",
                    "$.v.l",
                    "$.m.nope",
                    "$.ms.nope",
                ])
                .to_owned();
        }
        let start = if self.chance(5) { "" } else { "$" };
        let length = if self.chance(10) { 2 } else { 1 };
        (0..length).fold(start.to_owned(), |chain, _| {
            let key = if self.chance(20) {
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
        if self.chance(6) { self.pick(NUMBERS) } else { self.pick(&["0", "1", "2", "-3", "1.5", "42"]) }
            .to_owned()
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

    /// A function with arguments; one fewer if one comes out of the pipeline.
    fn call(&mut self, depth: usize, is_piped: bool) -> String {
        if self.chance(3) {
            return self.printf(depth, is_piped);
        }
        if self.chance(4) {
            return self.comparison(depth, is_piped);
        }
        if self.chance(8) {
            return self.nested(is_piped);
        }
        let (name, kinds) = FUNCTIONS[self.rng.usize(0..FUNCTIONS.len())];
        if name == "set" && is_piped {
            return "len".to_owned();
        }
        let missing = usize::from(self.chance(20)) + usize::from(is_piped);
        let count = kinds.len().saturating_sub(missing);
        let extra = if self.chance(25) { self.term(0) } else { String::new() };
        format!("{name}{} {extra}", self.operands(&kinds[..count], depth)).trim_end().to_owned()
    }

    /// Mostly of operands of one kind.
    fn comparison(&mut self, depth: usize, is_piped: bool) -> String {
        let name = self.pick(&["eq", "ne", "lt", "le", "gt", "ge", "eq", "ne"]);
        let kinds = [Kind::String, Kind::Int, Kind::Float, Kind::Bool, Kind::Any];
        let kind = kinds[self.rng.usize(0..kinds.len())];
        let operands = if is_piped { vec![kind] } else { vec![kind; 2] };
        format!("{name}{}", self.operands(&operands, depth))
    }

    /// The number of a template that may be called here, which mostly exists.
    pub(super) fn target(&mut self) -> usize {
        let next = self.current + 1;
        if next < self.templates { self.rng.usize(next..=self.templates) } else { next }
    }

    /// `include` and `tpl`.
    fn nested(&mut self, is_piped: bool) -> String {
        let data = match self.rng.u8(0..4) {
            _ if is_piped => String::new(),
            0 => format!(" {}", self.term(0)),
            _ => " $".to_owned(),
        };
        let target = self.target();
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
        format!("printf {format:?}{}", self.operands(&vec![Kind::Any; count], depth))
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
