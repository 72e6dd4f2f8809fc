//! Reads paths. A path has no white space outside of quotes and filters.

use helm::functions::regex_error;

use super::filter::{Comparison, Condition, Filter, Operand, Scalar};
use super::subscript::Subscript;
use super::{Path, Step};

type Parsed<T> = Result<T, &'static str>;

/// What ends a name after a dot.
const NAME_ENDS: [char; 10] = ['.', '[', ')', ' ', '&', '|', '=', '!', '>', '<'];

/// A path from the root of a document.
pub(super) fn path(text: &str) -> Parsed<Path> {
    let mut reader = Reader { rest: text };
    let mut steps = Vec::new();
    if !reader.take("$") && !text.is_empty() && !text.starts_with(['.', '[']) {
        let name = reader.name(|letter| letter == ']' || NAME_ENDS.contains(&letter))?;
        reader.named(name, &mut steps)?;
    }
    reader.steps(&mut steps)?;
    if reader.rest.is_empty() { Ok(Path(steps)) } else { Err("it goes on after its end") }
}

/// The rest of a text that is read.
struct Reader<'t> {
    rest: &'t str,
}

// === impl Reader ===

impl<'t> Reader<'t> {
    fn take(&mut self, token: &str) -> bool {
        let after = self.rest.strip_prefix(token);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Up to where `ends` says, or to the end of all.
    fn until(&mut self, ends: impl Fn(char) -> bool) -> &'t str {
        let (taken, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn name(&mut self, ends: impl Fn(char) -> bool) -> Parsed<&'t str> {
        match self.until(|letter| letter == '~' || ends(letter)) {
            "" => Err("a name is missing"),
            name => Ok(name),
        }
    }

    /// The step to a name that was read, or to the name itself if `~` follows.
    fn named(&mut self, name: &str, steps: &mut Vec<Step>) -> Parsed<()> {
        let step = match (self.is_key()?, name) {
            (true, _) => Step::Keys(vec![unescaped(name)]),
            (false, "*") => Step::Every,
            (false, _) => Step::Names(vec![unescaped(name)]),
        };
        steps.push(step);
        Ok(())
    }

    /// Whether a `~` ends the path.
    fn is_key(&mut self) -> Parsed<bool> {
        let is_key = self.take("~");
        if is_key && !self.rest.is_empty() { Err("`~` is not at the end") } else { Ok(is_key) }
    }

    /// Steps up to the end, or to what can't be part of a path.
    fn steps(&mut self, steps: &mut Vec<Step>) -> Parsed<()> {
        loop {
            if self.take("..") {
                self.deep(steps)?;
            } else if self.take(".") {
                let name = self.name(|letter| NAME_ENDS.contains(&letter))?;
                self.named(name, steps)?;
            } else if self.take("[?(") {
                let filter = self.filter()?;
                let is_deep = steps.last() == Some(&Step::Deep);
                steps.push(if is_deep { Step::If(filter) } else { Step::Where(filter) });
            } else if self.rest.starts_with('[') {
                let step = self.bracket()?;
                steps.push(step);
            } else {
                return Ok(());
            }
        }
    }

    fn deep(&mut self, steps: &mut Vec<Step>) -> Parsed<()> {
        steps.push(Step::Deep);
        match self.until(|letter| letter == '.' || letter == '[') {
            "" if !self.rest.starts_with('[') => return Err("nothing follows `..`"),
            "" => {}
            "*" => steps.push(Step::Every),
            name => steps.push(Step::Names(vec![unescaped(name)])),
        }
        Ok(())
    }

    fn bracket(&mut self) -> Parsed<Step> {
        self.take("[");
        if self.rest.trim_start().starts_with(['\'', '"']) {
            return self.quoted_names();
        }
        let inner = self.until(|letter| letter == ']');
        if !self.take("]") {
            return Err("a bracket is not closed");
        }
        let is_key = self.is_key()?;
        match (inner.trim(), is_key) {
            ("*", false) => Ok(Step::Every),
            ("*", true) => Ok(Step::EveryKey),
            (_, true) => Err("`~` is for keys"),
            (inner, false) => inner.split(',').map(Subscript::parse).collect::<Parsed<_>>().map(Step::Items),
        }
    }

    fn quoted_names(&mut self) -> Parsed<Step> {
        let mut names = Vec::new();
        loop {
            self.skip_space();
            names.push(self.quoted()?);
            self.skip_space();
            if self.take("]") {
                break;
            }
            if !self.take(",") {
                return Err("a bracket is not closed");
            }
        }
        Ok(if self.is_key()? { Step::Keys(names) } else { Step::Names(names) })
    }

    /// A name in quotes of either kind; a backslash is for the quote and for itself.
    fn quoted(&mut self) -> Parsed<String> {
        let quote = self.rest.chars().next().filter(|quote| ['\'', '"'].contains(quote));
        let quote = quote.ok_or("a name is not in quotes")?;
        let mut name = String::new();
        let mut letters = self.rest.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => match letters.next() {
                    Some((_, letter)) if letter == quote || letter == '\\' => name.push(letter),
                    _ => return Err("a backslash is neither for a quote nor for a backslash"),
                },
                _ if letter == quote => {
                    self.rest = self.rest.get(at + 1..).unwrap_or_default();
                    return Ok(name);
                }
                _ => name.push(letter),
            }
        }
        Err("a quote is not closed")
    }

    /// What is between `[?(` and `)]`.
    fn filter(&mut self) -> Parsed<Filter> {
        let filter = self.alternatives()?;
        if self.take(")]") { Ok(filter) } else { Err("a filter is not closed") }
    }

    fn alternatives(&mut self) -> Parsed<Filter> {
        let mut filter = self.conjunction()?;
        while self.take("||") {
            filter = Filter::Or(Box::new(filter), Box::new(self.conjunction()?));
        }
        Ok(filter)
    }

    fn conjunction(&mut self) -> Parsed<Filter> {
        let mut filter = self.condition()?;
        while self.take("&&") {
            filter = Filter::And(Box::new(filter), Box::new(self.condition()?));
        }
        Ok(filter)
    }

    /// One condition, and the white space after it.
    fn condition(&mut self) -> Parsed<Filter> {
        self.skip_space();
        let filter = if self.rest.starts_with('!') && !self.rest.starts_with("!=") {
            self.take("!");
            Filter::Not(Box::new(self.condition()?))
        } else if self.take("(") {
            let inner = self.alternatives()?;
            if !self.take(")") {
                return Err("a bracket of a filter is not closed");
            }
            inner
        } else {
            self.comparison()?
        };
        self.skip_space();
        Ok(filter)
    }

    fn comparison(&mut self) -> Parsed<Filter> {
        let left = self.operand()?;
        self.skip_space();
        if self.take("=~") {
            self.skip_space();
            return Ok(Filter::Matches(left, self.pattern()?));
        }
        let found = Comparison::ALL.iter().find(|(spelling, _)| self.take(spelling));
        let Some((_, comparison)) = found else { return Ok(Filter::Is(left)) };
        self.skip_space();
        let right = self.operand()?;
        if comparison.is_order() && (left.is_text() || right.is_text()) {
            return Err("texts have no order in filters");
        }
        Ok(Filter::Compares(Condition { left, comparison: *comparison, right }))
    }

    fn operand(&mut self) -> Parsed<Operand> {
        for (sign, of) in [("@", Operand::Here as fn(Path) -> Operand), ("$", Operand::Root)] {
            if self.take(sign) {
                let mut steps = Vec::new();
                self.steps(&mut steps)?;
                return Ok(of(Path(steps)));
            }
        }
        self.literal().map(Operand::Literal)
    }

    fn literal(&mut self) -> Parsed<Scalar> {
        if let Some(quote @ ('\'' | '"')) = self.rest.chars().next() {
            self.rest = self.rest.get(1..).unwrap_or_default();
            let text = self.until(|letter| letter == quote).to_owned();
            let is_closed = self.take(if quote == '"' { "\"" } else { "'" });
            return if is_closed { Ok(Scalar::Text(text)) } else { Err("a quote is not closed") };
        }
        for (word, scalar) in
            [("true", Scalar::Bool(true)), ("false", Scalar::Bool(false)), ("null", Scalar::Null)]
        {
            if self.take(word) {
                return Ok(scalar);
            }
        }
        let number = self.until(|letter| !letter.is_ascii_digit() && !['.', '-', 'e', 'E'].contains(&letter));
        number.parse().map(Scalar::Number).map_err(|_| "a filter compares with nothing known")
    }

    /// Between slashes; `\/` is a slash.
    fn pattern(&mut self) -> Parsed<String> {
        if !self.take("/") {
            return Err("a pattern does not begin with `/`");
        }
        let mut is_escaped = false;
        let end = self.rest.find(|letter| {
            let is_end = letter == '/' && !is_escaped;
            is_escaped = letter == '\\' && !is_escaped;
            is_end
        });
        let (pattern, rest) = self.rest.split_at(end.ok_or("a pattern is not closed")?);
        self.rest = rest.get(1..).unwrap_or_default();
        let pattern = pattern.replace("\\/", "/");
        if regex_error(&pattern).is_some() { Err("a pattern is none") } else { Ok(pattern) }
    }
}

/// A backslash is for the letter after it.
fn unescaped(name: &str) -> String {
    let mut text = String::new();
    let mut letters = name.chars();
    while let Some(letter) = letters.next() {
        text.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    text
}
