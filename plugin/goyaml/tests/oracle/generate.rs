//! Random cases: documents, scalars, values, and mutations of them.

use std::fmt::Write;

use crate::case::Case;
use crate::random::Random;

/// What is done with the input, by the oracle's names.
const OPERATIONS: &[&str] = &[
    "v2.decode",
    "v2.events",
    "v3.decode",
    "v3.events",
    "v3.node",
    "sigs.any",
    "sigs.map",
    "sigs.slice",
    "sigs.head",
    "sigs.split",
    "json.any",
    "json.map",
    "json.slice",
    "sigs.encode",
    "v2.encode",
    "v3.encode",
    "v3.encode4",
    "json.encode",
    "json.indent",
    "json.raw",
];

/// A random case.
pub(crate) fn case(random: &mut Random) -> Case {
    let operation = random.pick(OPERATIONS);
    let mut input =
        if operation.contains("encode") || operation.starts_with("json.i") || operation == "json.raw" {
            let mut text = String::new();
            value(random, &mut text, 4);
            return Case { operation: operation.to_owned(), input: text.into_bytes() };
        } else if operation.starts_with("json") {
            let mut text = String::new();
            json(random, &mut text, 4);
            text.into_bytes()
        } else if operation == "sigs.head" && !random.one_in(3) {
            head(random)
        } else {
            document(random)
        };
    for _ in 0..[0, 0, 0, 1, 1, 2, 3, 6][random.below(8)] {
        mutate(random, &mut input);
    }
    Case { operation: operation.to_owned(), input }
}

/// A manifest whose head may be of wrong types.
fn head(random: &mut Random) -> Vec<u8> {
    const VALUES: &[&str] = &[
        "a",
        "1",
        "1.5",
        "true",
        "~",
        "",
        "[]",
        "[a]",
        "{}",
        "{a: b}",
        ".inf",
        "0x10",
        "\"1\"",
        "1e400",
        "y",
        "123456789.5",
        "-.inf",
        "'~'",
    ];
    let mut out = String::new();
    for _ in 0..random.below(5) + 1 {
        let key = random.pick(&[
            "apiVersion",
            "kind",
            "metadata",
            "metadata",
            "metadata",
            "spec",
            "Kind",
            "KIND",
            "ApiVersion",
            "METADATA",
            "\u{212a}ind",
            "apiver\u{17f}ion",
            "~",
            "1",
        ]);
        out.push_str(&format!("{key}: "));
        if !key.to_lowercase().starts_with("meta") || random.one_in(4) {
            out.push_str(random.pick(VALUES));
            out.push('\n');
            continue;
        }
        out.push('\n');
        for _ in 0..random.below(4) {
            let key =
                random.pick(&["name", "annotations", "annotations", "labels", "Name", "ANNOTATIONS", "~"]);
            out.push_str(&format!("  {key}: "));
            if !key.to_lowercase().starts_with("anno") || random.one_in(4) {
                out.push_str(random.pick(VALUES));
                out.push('\n');
                continue;
            }
            out.push('\n');
            for _ in 0..random.below(3) {
                let key = random.pick(&["a", "helm.sh/hook", "1", "y", "~", "b"]);
                out.push_str(&format!("    {key}: {}\n", random.pick(VALUES)));
            }
        }
    }
    out.into_bytes()
}

/// Words that some rule is about.
pub(crate) const WORDS: &[&str] = &[
    "",
    "~",
    "null",
    "Null",
    "NULL",
    "nULL",
    "true",
    "True",
    "tRUE",
    "false",
    "FALSE",
    "y",
    "Y",
    "yes",
    "n",
    "No",
    "on",
    "On",
    "off",
    "OFF",
    "<<",
    "=",
    ".",
    "..",
    "...",
    "---",
    "-",
    "--",
    "- ",
    "-a",
    "?",
    "? a",
    "?a",
    ":",
    ":a",
    "a:",
    "a: b",
    "a:b",
    "#",
    "#a",
    "a #b",
    "a#b",
    "&a",
    "*a",
    "!a",
    "!!str",
    "%a",
    "@a",
    "`a",
    "'",
    "\"",
    "''",
    "|",
    ">",
    "|-",
    "{",
    "}",
    "[",
    "]",
    ",",
    "{}",
    "[]",
    "a,b",
    "a]",
    "0",
    "1",
    "-1",
    "+1",
    "+",
    "007",
    "08",
    "0o7",
    "0o8",
    "0x1f",
    "0X1F",
    "0x",
    "0xg",
    "0b11",
    "0b2",
    "-0b1",
    "0b",
    "0b+1",
    "0b-1",
    "-0x1",
    "1_000",
    "_1",
    "1_",
    "1__0",
    "0x_1f",
    "1e3",
    "1E3",
    "1e+3",
    "1e-3",
    "1e",
    ".5",
    "5.",
    "-.5",
    "+.5",
    "1.5",
    "1_000.5",
    ".5_0",
    "._5",
    ".5_",
    ".",
    "1.2.3",
    "1e400",
    "-1e400",
    "1e-400",
    ".inf",
    "-.inf",
    "+.Inf",
    ".nan",
    ".NaN",
    ".infx",
    "NaN",
    "Inf",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "+9223372036854775808",
    "123456789012345678901234567890",
    "1e20",
    "1e21",
    "123456789.5",
    "0.000001",
    "0.0000001",
    "-0",
    "-0.0",
    "0.1",
    "1e22",
    "2001-01-01",
    "2001-1-1",
    "2001-02-29",
    "2000-02-29",
    "2001-13-01",
    "2001-12-14t21:59:43.10-05:00",
    "2001-12-14T21:59:43Z",
    "2001-12-14 21:59:43.10 -5",
    "2001-12-15 2:59:43.10",
    "2001-12-14T1:2:3,5Z",
    "2001-12-14T24:00:00Z",
    "2001-1-1T1:1:1+24:60",
    "02001-1-1",
    "1:30",
    "12:30:45",
    "190:20:30.15",
    "-1:2",
    "1:60",
    "1:2:",
    "1:2.5_",
    "é",
    "日本",
    "\u{1f600}",
    "\u{85}",
    "a\u{85}b",
    "\u{a0}",
    "\u{2028}",
    "a\u{2028}b",
    "\u{2029}",
    "\u{feff}",
    "\u{feff}a",
    "a\u{feff}",
    "\u{7f}",
    "\u{80}",
    "\u{fffe}",
    "\u{fffd}",
    "\t",
    "a\tb",
    "\ta",
    "a\t",
    "\r",
    "a\rb",
    "\r\n",
    "a\r\nb",
    "\n",
    "a\n",
    "\na",
    "a\nb",
    "a\n\n",
    "\n\n",
    "a\n\nb\n",
    " ",
    " a",
    "a ",
    "  a\n b\n",
    "a \nb",
    "a\n b",
    "a\n\tb",
    "\u{0}",
    "\u{1}",
    "\u{7}",
    "\u{1b}",
    "\\",
    "a\\b",
    "a'b",
    "a\"b",
    "'a",
    "\"a",
    "it's",
    "a: 'b'",
    "key",
    "value",
    "name",
    "metadata",
    "apiVersion",
    "v1",
    "kind",
    "a1",
    "a01",
    "a10",
    "a2",
    "a1b",
    "1a",
    "a-b",
    "a_b",
    "a.b",
    "A",
    "Z",
    "b",
    "c",
];

/// A text made of words and characters.
pub(crate) fn text(random: &mut Random) -> String {
    match random.below(10) {
        0..=5 => random.pick(WORDS).to_owned(),
        6 => {
            let count = random.below(4) + 2;
            let words: Vec<_> = (0..count).map(|_| random.pick(WORDS)).collect();
            words.join(random.pick(&["", " ", "\n", ": ", "  ", "\n  "]))
        }
        7 => long_text(random),
        8 => number(random),
        _ => (0..random.below(8)).map(|_| character(random)).collect(),
    }
}

fn character(random: &mut Random) -> char {
    const PUNCTUATION: &[char] = &[
        ' ', '\n', '\t', ':', '-', '?', '#', ',', '[', ']', '{', '}', '&', '*', '!', '|', '>', '\'', '"',
        '%', '@', '`', '.', '~', '<', '=', '_', '\\', '/', '\r',
    ];
    match random.below(12) {
        0..=4 => PUNCTUATION[random.below(PUNCTUATION.len())],
        5..=8 => char::from(b'a' + u8::try_from(random.below(26)).unwrap()),
        9 => char::from(b'0' + u8::try_from(random.below(10)).unwrap()),
        10 => char::from_u32(u32::try_from(random.below(0x300)).unwrap()).unwrap(),
        _ => {
            const WIDE: &[char] = &[
                '\u{2028}',
                '\u{2029}',
                '\u{feff}',
                '\u{ffff}',
                '\u{fffd}',
                '\u{d7ff}',
                '\u{e000}',
                '\u{10000}',
                '\u{10ffff}',
                '٣',
                'ⅷ',
                '中',
            ];
            WIDE[random.below(WIDE.len())]
        }
    }
}

/// Text that is longer than a line.
fn long_text(random: &mut Random) -> String {
    let mut text = String::new();
    while text.len() < 70 + random.below(120) {
        let word = random.pick(&[
            "word",
            "a",
            "longer-word",
            "it's",
            "x:y",
            "é",
            "a: b",
            "\u{1f600}",
            " ",
            "\n",
            "'q'",
            "\"",
            "#c",
        ]);
        text.push_str(word);
        text.push_str(random.pick(&[" ", " ", " ", "  ", ""]));
    }
    text
}

fn number(random: &mut Random) -> String {
    let bits = random.next();
    match random.below(7) {
        0 => (bits as i64 >> random.below(64)).to_string(),
        1 => (bits >> random.below(64)).to_string(),
        2 => format!("{:?}", f64::from_bits(bits)),
        3 => format!("{:e}", (bits >> 40) as f64 / 10_f64.powi(i32::try_from(random.below(30)).unwrap())),
        4 => format!("0x{:x}", bits >> random.below(64)),
        5 => format!("0{:o}", bits >> random.below(64)),
        _ => ((bits >> random.below(64)) as f64 * 10_f64.powi(i32::try_from(random.below(20)).unwrap() - 10))
            .to_string(),
    }
}

/// A document, or several, in some mixture of styles.
pub(crate) fn document(random: &mut Random) -> Vec<u8> {
    let mut out = String::new();
    if random.one_in(30) {
        return (0..random.below(40)).map(|_| character(random)).collect::<String>().into_bytes();
    }
    if random.one_in(25) {
        out.push_str(random.pick(&[
            "%YAML 1.1\n---\n",
            "%TAG ! tag:x,2000:\n---\n",
            "%YAML 1.2\n---\n",
            "\u{feff}",
            "%FOO\n",
            "%TAG !e! !x\n---\n",
        ]));
    }
    for _ in 0..[1, 1, 1, 1, 1, 2, 3][random.below(7)] {
        if random.one_in(5) {
            out.push_str(random.pick(&["---\n", "--- ", "---\n\n", "--- # c\n", "---\t\n"]));
        }
        let depth = random.below(5);
        Block { random, out: &mut out }.node(depth, 0, false);
        if !out.ends_with('\n') && !random.one_in(8) {
            out.push('\n');
        }
        if random.one_in(12) {
            out.push_str(random.pick(&["...\n", "...", "# end\n", "\n\n"]));
        }
    }
    if random.one_in(40) {
        return encode_utf16(random, &out);
    }
    if random.one_in(15) {
        out = out.replace('\n', random.pick(&["\r\n", "\r", "\u{85}", "\u{2028}", "\n\n"]));
    }
    out.into_bytes()
}

fn encode_utf16(random: &mut Random, text: &str) -> Vec<u8> {
    let little = random.one_in(2);
    let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
}

struct Block<'a> {
    random: &'a mut Random,
    out: &'a mut String,
}

impl Block<'_> {
    /// A node whose parts are indented by `indent`; the cursor is behind an indicator.
    fn node(&mut self, depth: usize, indent: usize, behind: bool) {
        self.properties();
        match self.random.below(if depth == 0 { 6 } else { 12 }) {
            0..=3 => self.scalar(indent),
            4 => self.block_scalar(indent),
            5 => self.alias(),
            6..=8 => self.mapping(depth - 1, indent, behind),
            9..=10 => self.sequence(depth - 1, indent, behind),
            _ => self.flow(depth - 1),
        }
    }

    fn properties(&mut self) {
        if self.random.one_in(14) {
            self.out.push_str(self.random.pick(&["&a ", "&b ", "&a-1 ", "&é "]));
        }
        if self.random.one_in(16) {
            self.out.push_str(self.random.pick(&[
                "!!str ",
                "!!int ",
                "!!float ",
                "!!bool ",
                "!!null ",
                "!!binary ",
                "!!timestamp ",
                "!!map ",
                "!!seq ",
                "!!merge ",
                "! ",
                "!x ",
                "!e!x ",
                "!<tag:yaml.org,2002:str> ",
                "!<x> ",
                "!!foo%41 ",
                "!<!!str> ",
            ]));
        }
    }

    fn alias(&mut self) {
        self.out.push_str(self.random.pick(&["*a", "*b", "*a", "*c", "* a", "*a :", "*a\u{e9}"]));
    }

    fn line_end(&mut self) {
        if self.random.one_in(15) {
            self.out.push_str(self.random.pick(&[" # comment", " #c", "  ", "\t", " # é"]));
        }
        self.out.push('\n');
        if self.random.one_in(15) {
            self.out.push_str(self.random.pick(&[
                "\n",
                "# comment\n",
                "  # comment\n",
                "\n\n",
                "   \n",
                "\t\n",
            ]));
        }
    }

    fn indent(&mut self, indent: usize) {
        let extra = if self.random.one_in(60) { self.random.below(3) } else { 0 };
        self.out.extend(std::iter::repeat_n(' ', indent + extra));
    }

    fn mapping(&mut self, depth: usize, indent: usize, behind: bool) {
        let indent = self.begin(indent, behind);
        for index in 0..=self.random.below(4) {
            if index > 0 || !behind {
                self.indent(indent);
            }
            self.key();
            let step = [1, 2, 2, 2, 4][self.random.below(5)];
            self.value(depth, indent + step);
        }
    }

    /// Moves a collection to a line of its own, or leaves it behind the indicator.
    fn begin(&mut self, indent: usize, behind: bool) -> usize {
        if !behind && !self.out.is_empty() && !self.out.ends_with('\n') {
            self.line_end();
        }
        indent
    }

    fn key(&mut self) {
        match self.random.below(20) {
            0 => {
                self.out.push_str("? ");
                self.scalar(4);
                self.line_end();
                self.out.push(':');
            }
            1 => self
                .out
                .push_str(self.random.pick(&[
                    "<<:", "[a]:", "{a: b}:", "*a :", "&k k:", "!!str k:", "?:", "\"<<\":", "! <<:",
                ])),
            2 => {
                self.quoted();
                self.out.push(':');
            }
            3 => {
                let word = self.random.pick(WORDS);
                self.out.push_str(&word.replace(['\n', '\r'], " "));
                self.out.push(':');
            }
            _ => {
                self.out.push_str(self.random.pick(&[
                    "a",
                    "b",
                    "key",
                    "long key",
                    "x-y",
                    "1",
                    "1.5",
                    "y",
                    "~",
                    "null",
                    "é",
                    "name",
                    "kind",
                    "metadata",
                    "annotations",
                    "apiVersion",
                ]));
                self.out.push(':');
            }
        }
    }

    fn value(&mut self, depth: usize, indent: usize) {
        if self.random.one_in(12) {
            self.line_end();
            return;
        }
        self.out.push(' ');
        self.node(depth, indent, false);
        if !self.out.ends_with('\n') {
            self.line_end();
        }
    }

    fn sequence(&mut self, depth: usize, indent: usize, behind: bool) {
        let indent = self.begin(indent, behind);
        let indent = if !behind && self.random.one_in(3) { indent.saturating_sub(2) } else { indent };
        for index in 0..=self.random.below(4) {
            if index > 0 || !behind {
                self.indent(indent);
            }
            self.out.push_str(self.random.pick(&["- ", "- ", "- ", "-   ", "-\t", "-"]));
            let behind = self.random.one_in(2);
            self.node(depth, indent + 2, behind);
            if !self.out.ends_with('\n') {
                self.line_end();
            }
        }
    }

    fn scalar(&mut self, indent: usize) {
        match self.random.below(8) {
            0..=4 => {
                let text = text(self.random);
                let text = if self.random.one_in(6) { text } else { text.replace(['\n', '\r'], " ") };
                self.out.push_str(&text.replace('\n', &format!("\n{}", " ".repeat(indent))));
            }
            5 | 6 => self.quoted(),
            _ => self.out.push_str(self.random.pick(&[
                "a",
                "1",
                "true",
                "text here",
                "http://x/y?z",
                "a b  c",
            ])),
        }
    }

    fn quoted(&mut self) {
        let text = text(self.random);
        if self.random.one_in(2) {
            self.out.push_str(&format!(
                "'{}'",
                if self.random.one_in(8) { text } else { text.replace('\'', "''") }
            ));
        } else {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            self.out.push('"');
            self.out.push_str(&escaped);
            if self.random.one_in(3) {
                self.out.push_str(self.random.pick(&[
                    "\\n",
                    "\\x41",
                    "\\u00e9",
                    "\\U0001F600",
                    "\\\n  ",
                    "\\0",
                    "\\ud800",
                    "\\q",
                    "\\/",
                    "\\N\\_\\L\\P\\e",
                    "\\x4",
                    "\\\r\n",
                    "\\\t",
                ]));
            }
            self.out.push('"');
        }
    }

    fn block_scalar(&mut self, indent: usize) {
        self.out.push_str(
            self.random
                .pick(&["|", ">", "|-", ">-", "|+", ">+", "|2", ">1-", "|+1", "|0", "|10", "| # c", ">x"]),
        );
        self.out.push('\n');
        for _ in 0..self.random.below(5) {
            let extra = [0, 0, 0, 1, 2][self.random.below(5)];
            let width = if self.random.one_in(20) { indent.saturating_sub(1) } else { indent + extra };
            self.out.extend(std::iter::repeat_n(' ', width));
            self.out.push_str(self.random.pick(&[
                "text",
                "more text",
                "- item",
                "a: b",
                "# no comment",
                "",
                "\ttab",
                "trailing ",
                "é",
                "---",
            ]));
            self.out.push_str(self.random.pick(&["\n", "\n", "\n", "\n\n", "\u{2028}"]));
        }
    }

    fn flow(&mut self, depth: usize) {
        let open = self.random.one_in(2);
        self.out.push(if open { '[' } else { '{' });
        for _ in 0..self.random.below(5) {
            if !open || self.random.one_in(6) {
                let key = self.random.pick(&[
                    "a: ", "b : ", "\"c\":", "? d : ", "e", ": ", "'f': ", "? ", "<<: ", "*a : ", "1: ",
                    "[x]: ",
                ]);
                self.out.push_str(key);
            }
            self.properties();
            match self.random.below(if depth == 0 { 4 } else { 6 }) {
                0 | 1 => self.scalar(2),
                2 => self.quoted(),
                3 => self.alias(),
                _ => self.flow(depth - 1),
            }
            self.out.push_str(self.random.pick(&[", ", ",", ", ", " , ", ",\n  ", "\n, ", " ", ", # c\n"]));
        }
        let close = open != self.random.one_in(40);
        self.out.push(if close { ']' } else { '}' });
    }
}

/// Changes a few bytes.
pub(crate) fn mutate(random: &mut Random, input: &mut Vec<u8>) {
    let at = random.below(input.len() + 1);
    match random.below(9) {
        0 if at < input.len() => {
            input.remove(at);
        }
        1 | 2 => {
            let mut bytes = [0; 4];
            let inserted = character(random).encode_utf8(&mut bytes).as_bytes().to_vec();
            input.splice(at..at, inserted);
        }
        3 if at < input.len() => input[at] = u8::try_from(random.below(256)).unwrap(),
        4 => {
            let end = (at + random.below(8)).min(input.len());
            input.drain(at..end);
        }
        5 => {
            let end = (at + random.below(12)).min(input.len());
            let copy = input[at..end].to_vec();
            let to = random.below(input.len() + 1);
            input.splice(to..to, copy);
        }
        6 => {
            let word = random.pick(WORDS).as_bytes().to_vec();
            input.splice(at..at, word);
        }
        7 => {
            let piece = random.pick(&[
                "\n", " ", "  ", ": ", "- ", "\n- ", "\n  ", "# c", "&a ", "*a", "!!str ", "\t", "'", "\"",
                "\u{feff}", "---\n", "\n...\n", "|\n", "? ", "{", "}", "[", "]", ",",
            ]);
            input.splice(at..at, piece.bytes());
        }
        _ => {
            // Pushes what follows across the border of a window.
            let padding = 480 + random.below(60);
            let filler = if random.one_in(2) { b'x' } else { b' ' };
            let mut comment = vec![filler; padding];
            comment.splice(0..0, *b"#");
            comment.push(b'\n');
            let start = input[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |found| found + 1);
            input.splice(start..start, comment);
        }
    }
}

/// A value, as YAML in flow style.
fn value(random: &mut Random, out: &mut String, depth: usize) {
    match random.below(if depth == 0 { 7 } else { 12 }) {
        0..=3 => double_quoted(random, out),
        4 => out.push_str(&number(random)),
        5 => out.push_str(random.pick(&[
            "true",
            "false",
            "null",
            "0",
            "1.5",
            "1e20",
            "1e-7",
            "-0.0",
            "123456789",
            ".nan",
            "-.inf",
        ])),
        6 => out.push_str(random.pick(&["!!binary gIE=", "!!binary /w==", "!!binary YQD/", "[]", "{}"])),
        7 | 8 => {
            out.push('[');
            for _ in 0..random.below(5) {
                value(random, out, depth - 1);
                out.push_str(", ");
            }
            out.push(']');
        }
        _ => {
            out.push('{');
            let count = random.below(6);
            for _ in 0..count {
                out.push_str("? ");
                if count <= 2 && random.one_in(20) {
                    out.push_str("!!binary /w==");
                } else {
                    let key = text(random);
                    // Three keys with such numbers may have no order.
                    let key = if count > 2 && has_odd_number(&key) { "plain".to_owned() } else { key };
                    escape(&key, out);
                }
                out.push_str(" : ");
                value(random, out, depth - 1);
                out.push_str(", ");
            }
            out.push('}');
        }
    }
}

fn double_quoted(random: &mut Random, out: &mut String) {
    let text = if random.one_in(60) { "k".repeat(120 + random.below(1000)) } else { text(random) };
    escape(&text, out);
}

/// Whether there's a number with a leading zero, or one that 64 bits don't hold.
fn has_odd_number(text: &str) -> bool {
    let mut numbers = text.split(|character: char| !character.is_numeric());
    numbers.any(|number| number.len() > 1 && number.starts_with('0') || number.len() > 18)
        || text.contains(|character: char| character.is_numeric() && !character.is_ascii())
        || text.contains("0") && text.len() > 1
}

fn escape(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            out.push(character);
        } else {
            write!(out, "\\U{:08x}", u32::from(character)).unwrap();
        }
    }
    out.push('"');
}

/// A JSON text.
fn json(random: &mut Random, out: &mut String, depth: usize) {
    let space = |random: &mut Random| random.pick(&["", "", "", " ", "\n", "\t"]);
    match random.below(if depth == 0 { 7 } else { 11 }) {
        0..=2 => json_string(random, out),
        3 | 4 => out.push_str(random.pick(&[
            "0",
            "-0",
            "1",
            "-1.5",
            "1e5",
            "1E+5",
            "1e-5",
            "123456789012345678901",
            "1e400",
            "-1e400",
            "0.1",
            "01",
            "1.",
            ".5",
            "-",
            "1e",
            "+1",
        ])),
        5 | 6 => out.push_str(random.pick(&["true", "false", "null", "tru", "nul", "falsey", "nan"])),
        7 | 8 => {
            out.push('[');
            let count = random.below(4);
            for index in 0..count {
                out.push_str(space(random));
                json(random, out, depth - 1);
                out.push_str(space(random));
                out.push_str(if index + 1 < count { "," } else { "" });
            }
            out.push(']');
        }
        _ => {
            out.push('{');
            let count = random.below(4);
            for index in 0..count {
                out.push_str(space(random));
                json_string(random, out);
                out.push_str(space(random));
                out.push(':');
                json(random, out, depth - 1);
                out.push_str(if index + 1 < count { "," } else { "" });
            }
            out.push('}');
        }
    }
}

fn json_string(random: &mut Random, out: &mut String) {
    out.push('"');
    for _ in 0..random.below(6) {
        let piece = random.pick(&[
            "a",
            "key",
            "é",
            "\\n",
            "\\\"",
            "\\\\",
            "\\/",
            "\\u00e9",
            "\\ud83d\\ude00",
            "\\ud83d",
            "\\ude00",
            "\\ud83d\\u0041",
            "\\u0000",
            "\\b\\f\\r\\t",
            "\u{1f600}",
            "\u{2028}",
            "<&>",
            "\u{7f}",
            "\\'",
            "\\x",
            "\n",
            "\\u12",
            "\u{1}",
        ]);
        if !random.one_in(3) || !matches!(piece, "\\'" | "\\x" | "\n" | "\\u12" | "\u{1}") {
            out.push_str(piece);
        }
    }
    out.push('"');
}
