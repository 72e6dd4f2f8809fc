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

/// Who said no, where somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Denial {
    /// A server: it wants a credential, or another one.
    Access,
    /// A rule of the operator: what may be fetched, from where, and signed by whom.
    Rule,
}

/// An error that says who has to act and, where that is known, what to write or run.
pub trait Diagnose: std::error::Error + Send + Sync + 'static {
    /// Who has to act.
    fn blame(&self) -> Blame;

    /// The fix, such as the line to add to the configuration.
    fn hint(&self) -> Option<String> {
        None
    }

    /// Who said no; `None` where that is not why it failed.
    fn denial(&self) -> Option<Denial> {
        None
    }
}
