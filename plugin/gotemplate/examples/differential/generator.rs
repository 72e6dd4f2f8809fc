//! Random templates over random data.

mod data;
mod expression;
mod text;

use fastrand::Rng;
use gotemplate::Str;
use serde_json::Value as Json;

use crate::case::Case;

/// A source of cases; the same seed gives the same ones.
pub(crate) struct Generator {
    rng: Rng,
    /// The variables that are declared where the generator is.
    variables: Vec<String>,
    /// How many ranges are open.
    ranges: usize,
    /// The templates that are defined; a template calls only those after it, so that none calls itself.
    templates: usize,
    current: usize,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: Rng::with_seed(seed), variables: Vec::new(), ranges: 0, templates: 0, current: 0 }
    }

    pub(crate) fn case(&mut self) -> Case {
        self.templates = self.rng.usize(0..4);
        let mut texts = Vec::new();
        let mut helpers = String::new();
        for index in 1..=self.templates {
            let body = self.template(index);
            let space = if self.chance(5) { "\n" } else { "" };
            helpers.push_str(&format!("{{{{define \"t{index}\"}}}}{body}{{{{end}}}}{space}"));
        }
        let main = self.template(0);
        if self.chance(3) {
            texts.push((Str::from("helpers"), self.finish(helpers)));
            texts.push((Str::from("main"), self.finish(main)));
        } else {
            texts.push((Str::from("main"), self.finish(helpers + &main)));
        }
        let missing_key = match self.rng.u8(0..6) {
            0 => Some("error".to_owned()),
            1..=2 => Some("zero".to_owned()),
            _ => None,
        };
        let data = if self.chance(30) { self.value(1) } else { Json::Object(self.root(&texts)) };
        Case { texts, data, missing_key }
    }

    /// The body of the template of that number.
    fn template(&mut self, index: usize) -> String {
        self.current = index;
        self.variables = vec!["$".to_owned()];
        self.ranges = 0;
        self.body(3)
    }

    /// True once in `n` times.
    fn chance(&mut self, n: u32) -> bool {
        self.rng.u32(0..n) == 0
    }

    fn pick<'p>(&mut self, choices: &[&'p str]) -> &'p str {
        choices[self.rng.usize(0..choices.len())]
    }

    /// One text in twelve is damaged, for the errors of the parser.
    fn finish(&mut self, text: String) -> Str {
        if !self.chance(12) {
            return text.into();
        }
        let mut bytes = text.into_bytes();
        for _ in 0..self.rng.usize(1..3) {
            self.damage(&mut bytes);
        }
        bytes.into()
    }

    fn damage(&mut self, bytes: &mut Vec<u8>) {
        const PIECES: &[&str] = &[
            "{{",
            "}}",
            "{{end}}",
            "{{else}}",
            "(",
            ")",
            "|",
            ":=",
            "=",
            ",",
            ".",
            "$",
            "$y",
            "\"",
            "'",
            "`",
            " ",
            "\n",
            "-",
            "{{- ",
            " -}}",
            "/*",
            "*/",
            "nil",
            "true",
            "break",
            "define",
            "{{define \"t1\"}}",
            "range",
            "if",
            "1",
            "é",
            "\u{2028}",
            "0x",
            "1i",
            "@",
            "{{/* c */}}",
            "{{template \"t1\"}}",
            ":",
            "}",
            "{",
            "%",
            "\\",
            "\t",
            "'a'",
        ];
        let start = self.rng.usize(0..=bytes.len());
        let end = (start + self.rng.usize(0..4)).min(bytes.len());
        let piece = self.pick(PIECES).as_bytes().to_vec();
        match self.rng.u8(0..3) {
            0 => drop(bytes.drain(start..end)),
            1 => drop(bytes.splice(start..start, piece)),
            _ => drop(bytes.splice(start..end, piece)),
        }
    }
}
