//! On whose behalf something is fetched.

/// The application that a request is for, as Argo CD told us and never as a plugin says (rule R2).
///
/// The command line, which serves the person at the keyboard, uses [`Requester::default`]: no
/// project, hence no credential that is bound to one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Requester {
    /// The AppProject; `None` gives access to credentials without a project only.
    pub project: Option<String>,
    /// The application's name, for the audit log.
    pub application: Option<String>,
}
