//! Drops values without deep recursion, however deep they are nested.

use std::cell::{Cell, RefCell};

use crate::Value;

/// How many collections may be dropped one within another. What is deeper waits until those are gone.
const DEPTH: usize = 32;

thread_local! {
    /// How many collections are being dropped.
    static OPEN: Cell<usize> = const { Cell::new(0) };
    /// What was too deep.
    static WAITING: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

/// Drops the values of a collection. Lists and maps within them come back here when they are dropped.
pub(crate) fn dispose(values: impl IntoIterator<Item = Value>) {
    let open = OPEN.get();
    if open == DEPTH {
        // Where the thread ends nothing waits any more, and the values are dropped with the closure.
        let _ = WAITING.try_with(|waiting| waiting.borrow_mut().extend(values));
        return;
    }
    OPEN.set(open + 1);
    values.into_iter().for_each(drop);
    if open == 0 {
        while let Ok(Some(next)) = WAITING.try_with(|waiting| waiting.borrow_mut().pop()) {
            drop(next);
        }
    }
    OPEN.set(open);
}
