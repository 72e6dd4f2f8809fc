//! Nothing but tests, which hold the shape of the workspace: see `tests/`.
