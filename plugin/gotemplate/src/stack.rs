//! Room for recursion.

/// What one level of recursion may use, in bytes.
#[cfg(not(target_family = "wasm"))]
const LEVEL: usize = 128 * 1024;

/// What is added at a time, in bytes.
#[cfg(not(target_family = "wasm"))]
const SEGMENT: usize = 2 * 1024 * 1024;

/// Runs `body` on a new piece of stack if this one is nearly used up. The stack of a WebAssembly guest cannot
/// grow: there, the embedder gives a stack that fits its limits.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn grow<T>(body: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(LEVEL, SEGMENT, body)
}

/// Runs `body`.
#[cfg(target_family = "wasm")]
pub(crate) fn grow<T>(body: impl FnOnce() -> T) -> T {
    body()
}
