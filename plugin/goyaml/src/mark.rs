//! Places in a YAML stream.

/// A place in a stream, counted from zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Characters before it, of the decoded stream without its byte order mark. As in
    /// go-yaml, CR LF counts as two where it's skipped and as two where it's read.
    pub index: usize,
    /// Line breaks before it.
    pub line: usize,
    /// Characters between it and the start of its line.
    pub column: usize,
}
