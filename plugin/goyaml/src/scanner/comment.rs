//! Comments, which go-yaml v3 keeps: above a node, beside it or below it.

use crate::class::is_blank;
use crate::scanner::{Recent, Scanner, column};
use crate::{Error, Mark};

/// Characters that go-yaml looks ahead for the next comment.
const LOOK_AHEAD: usize = 512;

/// A comment and the token it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) kind: CommentKind,
    pub(crate) text: String,
    /// The comment belongs to the first token at or behind this place.
    pub(crate) token: Mark,
    /// Where the search that found it began.
    scan: Mark,
    start: Mark,
    end: Mark,
}

/// Where a comment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommentKind {
    /// Above what it's about.
    Head,
    /// On the same line.
    Line,
    /// Below what it's about.
    Foot,
}

impl Scanner<'_> {
    /// Where a block collection ends for the comments: before those that are at the
    /// indentation of its parent. Continues the search of the level inside it.
    pub(super) fn block_end_mark(&self, found: &mut Mark) -> Mark {
        let mut stop = found.index;
        for comment in self.comments.iter().rev() {
            if comment.end.index < stop {
                break;
            }
            if column(comment.start) == self.indent + 1 {
                *found = comment.start;
            }
            stop = comment.scan.index;
        }
        *found
    }

    /// The token that a comment on this line would belong to.
    pub(super) fn line_comment_mark(&self) -> Mark {
        let byte = self.cursor.byte();
        match self.recent {
            [_, Some((_, start))] if byte == b':' && self.in_block() || byte == b',' && self.in_flow() => {
                start
            }
            _ => self.cursor.mark(),
        }
    }

    /// Reads the comment behind a token; a `-` alone leaves it to what follows.
    pub(super) fn scan_comment_behind(&mut self, token: Mark) -> Result<(), Error> {
        let entry = matches!(self.recent, [_, Some((Recent::BlockEntry, _))]);
        if entry {
            return Ok(());
        }
        self.scan_line_comment(token)
    }

    /// Turns the comment behind the first `-` of a sequence into a heading of what follows.
    pub(super) fn promote_comment(&mut self) {
        let [Some((Recent::BlockSequenceStart, _)), Some((Recent::BlockEntry, _))] = self.recent else {
            return;
        };
        let here = self.cursor.mark();
        let at_break = self.cursor.at_break();
        let Some(comment) = self.comments.back_mut() else { return };
        if comment.kind == CommentKind::Line && !at_break {
            comment.kind = CommentKind::Head;
            if comment.start.line + 1 == here.line {
                comment.token = here;
            }
        }
    }

    pub(super) fn scan_line_comment(&mut self, token: Mark) -> Result<(), Error> {
        if self.cursor.newlines() > 0 {
            return Ok(());
        }
        let mut blanks = 0;
        while blanks < LOOK_AHEAD
            && self.cursor.ensure(blanks + 1).is_ok()
            && is_blank(self.cursor.peek(blanks))
        {
            blanks += 1;
        }
        if blanks == LOOK_AHEAD || self.cursor.peek(blanks) != b'#' {
            return Ok(());
        }
        self.cursor.skip_spaces(blanks);
        let start = self.cursor.mark();
        let text = self.read_line()?;
        let (scan, end) = (Mark::default(), Mark::default());
        self.comments.push_back(Comment { kind: CommentKind::Line, text, token, scan, start, end });
        Ok(())
    }

    fn read_line(&mut self) -> Result<String, Error> {
        let from = self.cursor.position();
        self.ensure(1)?;
        self.skip_line()?;
        Ok(self.cursor.slice(from..self.cursor.position()).to_owned())
    }

    /// Reads the comments that stand on lines of their own, and decides for each whether
    /// it's about what's above it or about what's below.
    pub(super) fn scan_comments(&mut self, scan: Mark) -> Result<(), Error> {
        let mut block = CommentBlock::new(self, scan);
        let mut peek = 0;
        while peek < LOOK_AHEAD && self.cursor.ensure(peek + 1).is_ok() {
            block.column += 1;
            let byte = self.cursor.peek(peek);
            if is_blank(byte) {
                peek += 1;
                continue;
            }
            let place = self.cursor.mark().index + peek;
            let closes = self.in_flow() && matches!(byte, b']' | b'}');
            let ends_line = byte == 0 || self.cursor.is_break(peek);
            if closes || ends_line {
                block.end_line(&mut self.comments, place, byte, closes);
                if !self.cursor.is_break(peek) {
                    break;
                }
                block.next_line();
                peek += 1;
                continue;
            }
            if block.is_dedented() {
                block.push_foot(&mut self.comments, place);
            }
            if byte != b'#' {
                break;
            }
            block.begin_line(place);
            self.pass_to(place)?;
            block.text.push_str(&self.read_line()?);
            block.restart(self);
            // The line break just read counts as looked at.
            peek = 1;
        }
        block.finish(&mut self.comments, self.cursor.mark().index + peek);
        Ok(())
    }

    /// Passes blanks and line breaks up to the character number `place`.
    fn pass_to(&mut self, place: usize) -> Result<(), Error> {
        while self.cursor.mark().index < place {
            if self.cursor.at_break() {
                self.ensure(2)?;
                self.cursor.skip_break();
            } else {
                self.cursor.skip();
            }
            self.ensure(1)?;
        }
        Ok(())
    }
}

/// Comment lines that are being collected.
struct CommentBlock {
    text: String,
    token: Mark,
    scan: Mark,
    start: Mark,
    line: usize,
    /// The column behind the character that is looked at.
    column: usize,
    /// The column of the block collection that's open.
    indent: usize,
    /// The line where a comment must start to be about what's above.
    foot_line: Option<usize>,
    after_value: bool,
    /// Whether no empty line has been seen.
    first_empty: bool,
    /// Whether the last line was empty.
    recent_empty: bool,
}

impl CommentBlock {
    fn new(scanner: &Scanner<'_>, scan: Mark) -> Self {
        let here = scanner.cursor.mark();
        let newlines = scanner.cursor.newlines();
        let token = match scanner.recent {
            [Some(before), Some((Recent::FlowEntry, _))] => Some(before),
            [_, last] => last,
        };
        let foot_line = (scan.line > 0).then(|| {
            let below = usize::from(newlines == 0 && here.column > 1);
            (here.line + 1 + below).saturating_sub(newlines)
        });
        Self {
            text: String::new(),
            token: token.map(|(_, start)| start).unwrap_or_default(),
            scan,
            start: Mark::default(),
            line: here.line,
            column: here.column,
            indent: indent_of(scanner),
            foot_line,
            after_value: matches!(token, Some((Recent::Value, _))),
            first_empty: newlines <= 1,
            recent_empty: false,
        }
    }

    fn end_line(&mut self, comments: &mut Comments, place: usize, byte: u8, closes: bool) {
        if self.recent_empty && !closes {
            return;
        }
        let outside = is_left_of(self.start, self.indent);
        let below = Some(self.start.line) == self.foot_line && !self.after_value;
        if closes || self.first_empty && (below || outside) {
            if !self.text.is_empty() {
                if outside {
                    self.token = self.start;
                }
                self.push_foot(comments, place);
            }
        } else if !self.text.is_empty() && byte != 0 {
            self.text.push('\n');
        }
    }

    fn next_line(&mut self) {
        self.first_empty = false;
        self.recent_empty = true;
        self.column = 0;
        self.line += 1;
    }

    /// Whether what comes is left of the comment and of the block collection.
    fn is_dedented(&self) -> bool {
        !self.text.is_empty() && self.column < self.indent + 1 && self.column != self.start.column
    }

    fn push_foot(&mut self, comments: &mut Comments, place: usize) {
        let end = Mark { index: place, line: self.line, column: self.column };
        comments.push_back(Comment {
            kind: CommentKind::Foot,
            text: std::mem::take(&mut self.text),
            token: self.token,
            scan: self.scan,
            start: self.start,
            end,
        });
        self.scan = end;
        self.token = end;
    }

    fn begin_line(&mut self, place: usize) {
        if self.text.is_empty() {
            self.start = Mark { index: place, line: self.line, column: self.column };
        } else {
            self.text.push('\n');
        }
        self.recent_empty = false;
    }

    /// Looks on from the end of a comment line.
    fn restart(&mut self, scanner: &Scanner<'_>) {
        self.column = 0;
        self.line = scanner.cursor.mark().line;
        self.indent = indent_of(scanner);
    }

    fn finish(self, comments: &mut Comments, place: usize) {
        if !self.text.is_empty() {
            let end = Mark { index: place.saturating_sub(1), line: self.line, column: self.column };
            comments.push_back(Comment {
                kind: CommentKind::Head,
                text: self.text,
                token: self.start,
                scan: self.scan,
                start: self.start,
                end,
            });
        }
    }
}

type Comments = std::collections::VecDeque<Comment>;

fn indent_of(scanner: &Scanner<'_>) -> usize {
    usize::try_from(scanner.indent).unwrap_or_default()
}

/// Whether a comment that starts at `start`, whose column counts from one, is left of a
/// column that counts from zero.
fn is_left_of(start: Mark, indent: usize) -> bool {
    start.column < indent + 1
}
