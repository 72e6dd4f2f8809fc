//! Who has to act on an error, and what would help.

/// Who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blame {
    /// The application's author: a chart, a version or a value that they named.
    Application,
    /// The author of the plugin.
    Plugin,
    /// The operator, the network or a registry.
    Platform,
}

/// An error that says who has to act and, where that is known, what to write or run.
pub trait Diagnose: std::error::Error + Send + Sync + 'static {
    /// Who has to act.
    fn blame(&self) -> Blame;

    /// The fix, such as the line to add to the configuration.
    fn hint(&self) -> Option<String> {
        None
    }
}
