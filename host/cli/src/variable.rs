//! Environment variables that are no flags: what other tools have agreed on.

/// The variable called `name`, if it is set and readable.
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
pub(crate) fn read(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The first of `names` that is set.
pub(crate) fn first(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| read(name))
}
