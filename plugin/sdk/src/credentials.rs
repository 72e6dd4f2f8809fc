//! Handles for credentials that the host keeps. No plugin ever sees a secret.

use crate::Failure;
use crate::backend;

/// A credential for one destination.
#[derive(Debug)]
pub struct Credential(pub(crate) backend::credentials::Credential);

/// The credential for `url`, if there is one that the application's project may use.
///
/// # Errors
///
/// Fails if the address is malformed or the credential cannot be looked up.
pub fn find(url: &str) -> Result<Option<Credential>, Failure> {
    Ok(backend::credentials::find(url)?.map(Credential))
}

impl Credential {
    /// A name that may be shown to people; it tells nothing of the secret.
    #[must_use]
    pub fn label(&self) -> String {
        self.0.label()
    }
}
