//! How much memory values take.

use std::cell::Cell;

thread_local! {
    /// Bytes of all strings, lists and maps that this thread has made.
    static MADE: Cell<u64> = const { Cell::new(0) };
}

/// Counts bytes that a value takes.
pub(crate) fn count(bytes: usize) {
    MADE.set(MADE.get().wrapping_add(bytes as u64));
}

/// Tells how many bytes of strings, lists and maps the thread made since it was started. What is gone again is
/// counted nevertheless, so that no more than that is there at any time.
///
/// ```
/// use gotemplate::{Meter, Value};
/// let meter = Meter::start();
/// let text = Value::string("a text that does not fit into a value");
/// assert!(meter.made() >= 37);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Meter {
    start: u64,
}

impl Meter {
    /// Begins to count.
    #[must_use]
    pub fn start() -> Self {
        Self { start: MADE.get() }
    }

    /// The bytes that were made since.
    #[must_use]
    pub fn made(self) -> u64 {
        MADE.get().wrapping_sub(self.start)
    }
}
