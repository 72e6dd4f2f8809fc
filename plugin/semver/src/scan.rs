//! The grammar that versions and constraints share, as a cursor over bytes.
//!
//! The Go library writes it as regular expressions. Nothing in them needs backtracking: what may follow a version
//! never occurs inside one, so the longest match is the only match.

/// The parts of a version, as written: `minor` and `patch` without their dots, `pre` and `metadata` without their sign.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) text: &'a str,
    pub(crate) major: &'a str,
    pub(crate) minor: Option<&'a str>,
    pub(crate) patch: Option<&'a str>,
    pub(crate) pre: Option<&'a str>,
    pub(crate) metadata: Option<&'a str>,
}

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Go's `\s`: not the vertical tab.
    pub(crate) fn blanks(&mut self) -> usize {
        self.take(|byte| matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')).len()
    }

    pub(crate) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// A version whose numbers consist of bytes that `digit` accepts.
    pub(crate) fn version(&mut self, digit: fn(u8) -> bool) -> Option<Parts<'a>> {
        let start = self.at;
        self.eat("v");
        let major = self.take(digit);
        if major.is_empty() {
            self.at = start;
            return None;
        }
        let minor = self.after('.', digit);
        let patch = self.after('.', digit);
        let pre = self.identifiers('-');
        let metadata = self.identifiers('+');
        Some(Parts { text: self.since(start), major, minor, patch, pre, metadata })
    }

    /// `sign` and dot-separated identifiers; nothing is consumed without at least one.
    fn identifiers(&mut self, sign: char) -> Option<&'a str> {
        let identifier = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let start = self.at + sign.len_utf8();
        self.after(sign, identifier)?;
        while self.after('.', identifier).is_some() {}
        Some(self.since(start))
    }

    /// `sign` and at least one accepted byte, or nothing.
    fn after(&mut self, sign: char, accept: impl Fn(u8) -> bool) -> Option<&'a str> {
        let mut ahead = Cursor { at: self.at + sign.len_utf8(), ..*self };
        if !self.rest().starts_with(sign) {
            return None;
        }
        let taken = ahead.take(accept);
        if taken.is_empty() {
            return None;
        }
        self.at = ahead.at;
        Some(taken)
    }

    fn take(&mut self, accept: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        self.at += self.rest().bytes().take_while(|byte| accept(*byte)).count();
        self.since(start)
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }
}
