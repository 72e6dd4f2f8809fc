//! Go's `text/template` and the part of `fmt` that it needs.
//!
//! Pure: no input or output, clock, randomness or environment; it knows nothing of Helm.
