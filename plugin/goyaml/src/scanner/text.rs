//! Text that is borrowed until it has to be changed.

use std::borrow::Cow;

use crate::cursor::Cursor;

/// The text of a scalar: borrowed from the input as long as it's the same there.
#[derive(Debug)]
pub(super) struct Text {
    /// Where the verbatim part begins in the input, in bytes.
    start: usize,
    length: usize,
    /// The text, once it differs from the input.
    changed: Option<String>,
}

impl Text {
    pub(super) fn new() -> Self {
        Self { start: 0, length: 0, changed: None }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.length == 0 && self.changed.as_ref().is_none_or(String::is_empty)
    }

    pub(super) fn clear(&mut self) {
        self.length = 0;
        self.changed = None;
    }

    /// Appends what the cursor has read since it was at `from`.
    pub(super) fn append_read(&mut self, cursor: &Cursor<'_>, from: usize) {
        let end = cursor.position();
        match &mut self.changed {
            Some(text) => text.push_str(cursor.slice(from..end)),
            None if self.length == 0 => (self.start, self.length) = (from, end - from),
            None if self.start + self.length == from => self.length += end - from,
            None => self.change(cursor).push_str(cursor.slice(from..end)),
        }
    }

    /// Appends text that the input doesn't have there.
    pub(super) fn append(&mut self, cursor: &Cursor<'_>, text: &str) {
        if !text.is_empty() {
            self.change(cursor).push_str(text);
        }
    }

    /// Appends another text.
    pub(super) fn append_text(&mut self, cursor: &Cursor<'_>, text: &Self) {
        match &text.changed {
            Some(changed) => self.append(cursor, changed),
            None => {
                let slice = cursor.slice(text.start..text.start + text.length);
                match self.changed {
                    None if self.length > 0 && self.start + self.length == text.start => {
                        self.length += text.length;
                    }
                    _ => self.append(cursor, slice),
                }
            }
        }
    }

    fn change(&mut self, cursor: &Cursor<'_>) -> &mut String {
        let verbatim = self.start..self.start + self.length;
        self.changed.get_or_insert_with(|| cursor.slice(verbatim).to_owned())
    }

    pub(super) fn finish<'i>(self, cursor: &Cursor<'i>) -> Cow<'i, str> {
        match self.changed {
            Some(text) => Cow::Owned(text),
            None => Cow::Borrowed(cursor.slice(self.start..self.start + self.length)),
        }
    }
}

/// Line breaks and blanks between the words of a flow scalar, which are folded.
#[derive(Debug)]
pub(super) struct Gap {
    /// Blanks, as long as there's no line break.
    blanks: Text,
    /// The first line break.
    first: &'static str,
    /// The other line breaks.
    others: String,
    /// Whether there was a line break.
    pub(super) broken: bool,
}

impl Gap {
    pub(super) fn new() -> Self {
        Self { blanks: Text::new(), first: "", others: String::new(), broken: false }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.broken && self.blanks.is_empty()
    }

    /// Passes a blank.
    pub(super) fn read_blank(&mut self, cursor: &mut Cursor<'_>) {
        let from = cursor.position();
        cursor.skip();
        if !self.broken {
            self.blanks.append_read(cursor, from);
        }
    }

    /// Passes a line break.
    pub(super) fn read_break(&mut self, cursor: &mut Cursor<'_>) {
        if self.broken {
            self.others.push_str(cursor.read_break());
        } else {
            self.blanks.clear();
            self.first = cursor.read_break();
            self.broken = true;
        }
    }

    /// Appends what the gap stands for, and forgets it.
    pub(super) fn fold_into(&mut self, text: &mut Text, cursor: &Cursor<'_>) {
        if !self.broken {
            text.append_text(cursor, &self.blanks);
        } else if self.first == "\n" && self.others.is_empty() {
            text.append(cursor, " ");
        } else if self.first == "\n" {
            text.append(cursor, &self.others);
        } else {
            text.append(cursor, self.first);
            text.append(cursor, &self.others);
        }
        self.clear();
    }

    fn clear(&mut self) {
        self.blanks.clear();
        self.first = "";
        self.others.clear();
        self.broken = false;
    }
}
