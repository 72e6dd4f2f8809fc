//! Random bodies: text, actions and control structures.

use super::Generator;

impl Generator {
    pub(super) fn body(&mut self, depth: usize) -> String {
        (0..self.rng.usize(1..4)).map(|_| self.node(depth)).collect()
    }

    fn node(&mut self, depth: usize) -> String {
        match self.rng.u8(0..20) {
            0..=3 => self.pick(&["text", "\n", " ", "  a: b\n", "é", "\n\n- x", "}", "{ "]).to_owned(),
            4..=8 => self.action(),
            9 => self.declaration(),
            10..=11 if depth > 0 => self.condition("if", depth - 1),
            12..=13 if depth > 0 => self.condition("with", depth - 1),
            14..=16 if depth > 0 => self.range(depth - 1),
            17 => self.invocation(depth),
            18 => self.pick(&["{{/* comment */}}", "{{- /* trimmed */ -}}", "{{/*\n*/}}"]).to_owned(),
            19 if self.ranges > 0 => self.pick(&["{{break}}", "{{continue}}"]).to_owned(),
            _ => self.action(),
        }
    }

    /// The delimiters around `inner`, some of which trim.
    fn delimited(&mut self, inner: &str) -> String {
        let left = self.pick(&["{{", "{{", "{{", "{{- ", "{{ "]);
        let right = self.pick(&["}}", "}}", "}}", " -}}", " }}", "\n}}"]);
        format!("{left}{inner}{right}")
    }

    fn action(&mut self) -> String {
        let pipe = self.pipe(2);
        self.delimited(&pipe)
    }

    fn declaration(&mut self) -> String {
        let pipe = self.pipe(2);
        let (name, operator) = if self.variables.len() > 1 && self.rng.bool() {
            (self.variable(), "=")
        } else {
            (self.pick(&["$x", "$y", "$z"]).to_owned(), ":=")
        };
        let action = self.delimited(&format!("{name} {operator} {pipe}"));
        self.variables.push(name);
        action
    }

    /// A pipeline that may declare a variable, for a control structure.
    fn head(&mut self) -> String {
        let pipe = self.pipe(2);
        if !self.chance(5) {
            return pipe;
        }
        self.variables.push("$h".to_owned());
        format!("$h := {pipe}")
    }

    fn condition(&mut self, word: &str, depth: usize) -> String {
        let mark = self.variables.len();
        let head = self.head();
        let mut text = self.delimited(&format!("{word} {head}"));
        text += &self.body(depth);
        if self.chance(4) {
            let head = self.head();
            text += &self.delimited(&format!("else {word} {head}"));
            text += &self.body(depth);
        }
        if self.rng.bool() {
            text += &self.delimited("else");
            text += &self.body(depth);
        }
        self.variables.truncate(mark);
        text + &self.delimited("end")
    }

    fn range(&mut self, depth: usize) -> String {
        let mark = self.variables.len();
        let pipe = match self.rng.u8(0..8) {
            0 => self.rng.u8(0..4).to_string(),
            1..=5 => {
                self.pick(&[".l", ".m", ".ss", ".ms", "$.l", "$.m", ".v", "list 1 \"a\" nil"]).to_owned()
            }
            _ => self.pipe(1),
        };
        let head = match self.rng.u8(0..6) {
            0 => "$e := ",
            1 | 2 => "$k, $e := ",
            3 if self.variables.len() > 2 => "$x, $y = ",
            _ => "",
        };
        if head.contains(":=") {
            self.variables
                .extend(head.split([',', ' ']).filter(|word| word.starts_with('$')).map(str::to_owned));
        }
        let mut text = self.delimited(&format!("range {head}{pipe}"));
        self.ranges += 1;
        text += &self.body(depth);
        self.ranges -= 1;
        if self.chance(3) {
            text += &self.delimited("else");
            text += &self.body(depth);
        }
        self.variables.truncate(mark);
        text + &self.delimited("end")
    }

    fn invocation(&mut self, depth: usize) -> String {
        let target = self.target();
        let pipe = match self.rng.u8(0..8) {
            0 => format!(" {}", self.pipe(1)),
            1 => String::new(),
            _ => " $".to_owned(),
        };
        if depth > 0 && self.chance(4) {
            let (variables, ranges) = (std::mem::take(&mut self.variables), std::mem::take(&mut self.ranges));
            self.variables = vec!["$".to_owned()];
            let body = self.body(depth - 1);
            (self.variables, self.ranges) = (variables, ranges);
            // A block within one of its own name would go on for ever.
            let name = format!("b{}{depth}", self.current);
            let pipe = if pipe.is_empty() { " ." } else { &pipe };
            return format!("{{{{block \"{name}\"{pipe}}}}}{body}{{{{end}}}}");
        }
        self.delimited(&format!("template \"t{target}\"{pipe}"))
    }
}
