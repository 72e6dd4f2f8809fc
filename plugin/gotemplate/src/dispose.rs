//! Drops values without recursion, however deep they are nested.

use std::cell::RefCell;

use crate::Value;

thread_local! {
    /// What is still to be dropped, while something is.
    static PENDING: RefCell<Option<Vec<Value>>> = const { RefCell::new(None) };
}

/// Whether dropping the value may drop others within it.
pub(crate) fn nests(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Map(_))
}

/// Drops `values`. Lists and maps within them come back here when they are dropped, and then only join those that
/// wait.
pub(crate) fn dispose(values: Vec<Value>) {
    if !enqueue(values) {
        return;
    }
    while let Some(next) = PENDING.with(|pending| pending.borrow_mut().as_mut().and_then(Vec::pop)) {
        drop(next);
    }
    PENDING.with(|pending| pending.borrow_mut().take());
}

/// Adds to what waits; whether nothing did, so that the caller has to drop it.
fn enqueue(values: Vec<Value>) -> bool {
    let is_first = PENDING.try_with(|pending| {
        let mut pending = pending.borrow_mut();
        match pending.as_mut() {
            Some(queue) => {
                queue.extend(values);
                false
            }
            None => {
                *pending = Some(values);
                true
            }
        }
    });
    // While the thread ends there is no queue, and the values were dropped with the closure.
    is_first.unwrap_or(false)
}
