//! Who signed without a key of their own: an identity that sigstore's authority vouched for at the time, and a log
//! that tells the time.

use std::fmt;
use std::sync::Arc;

use cache::Digest;
use regex::Regex;
use sigstore_verify::trust_root::{SigstoreInstance, TrustedRoot};
use sigstore_verify::types::{Artifact, Bundle, Sha256Hash};
use sigstore_verify::{VerificationPolicy, Verifier};

use crate::verify::arithmetic;

/// An identity that may sign, as the certificates of sigstore's authority name it.
#[derive(Clone)]
pub struct SigstoreIdentity {
    issuer: String,
    subject: Regex,
    root: String,
    verifier: Arc<Verifier>,
}

/// A root of trust: whose certificates count, and whose logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustRoot<'a> {
    /// Sigstore's public instance, as it was when this was built.
    PublicGood,
    /// The content of a `trusted_root.json`, for an instance of one's own or a newer state of the public one.
    Json(&'a str),
}

/// An identity that can't be meant.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No issuer: anybody's account anywhere would do.
    #[error("the issuer of an identity must be named")]
    NoIssuer,
    /// Not a regular expression.
    #[error("the subject is not a regular expression: {0}")]
    Subject(#[from] regex::Error),
    /// A root of trust that can't be read.
    #[error("the root of trust is not usable: {0}")]
    Root(String),
}

// === impl SigstoreIdentity ===

impl SigstoreIdentity {
    /// The identities that `issuer` gives out and whose subject is matched by `subject` from its beginning to its end:
    /// a piece in the middle would be for anyone to have.
    ///
    /// # Errors
    /// If the issuer is empty, the subject no regular expression, or the root can't be read.
    pub fn new(issuer: &str, subject: &str, root: TrustRoot<'_>) -> Result<Self, IdentityError> {
        if issuer.is_empty() {
            return Err(IdentityError::NoIssuer);
        }
        arithmetic::install();
        let json = match root {
            TrustRoot::PublicGood => SigstoreInstance::PublicGood.embedded_trusted_root_json(),
            TrustRoot::Json(json) => json,
        };
        let unusable = |error: &dyn fmt::Display| IdentityError::Root(error.to_string());
        let root = TrustedRoot::from_json(json).map_err(|error| unusable(&error))?;
        let verifier = Verifier::new(&root).map_err(|error| unusable(&error))?;
        Ok(Self {
            issuer: issuer.to_owned(),
            subject: Regex::new(&format!("^(?:{subject})$"))?,
            root: Digest::of(json.as_bytes()).to_string(),
            verifier: Arc::new(verifier),
        })
    }

    /// Whether `bundle` holds a signature over what has the SHA-256 `digest`, by such an identity.
    pub(crate) fn signed_digest(&self, bundle: &str, digest: &Digest) -> bool {
        Sha256Hash::from_hex(digest.hex()).is_ok_and(|digest| self.signed(bundle, digest.into()))
    }

    /// Whether `bundle` holds a signature over `content` by such an identity.
    pub(crate) fn signed_content(&self, bundle: &str, content: &[u8]) -> bool {
        self.signed(bundle, content.into())
    }

    fn signed(&self, bundle: &str, artifact: Artifact<'_>) -> bool {
        let policy = VerificationPolicy::any_identity().require_issuer(&self.issuer);
        let bundle = Bundle::from_json(bundle).map_err(|error| error.to_string());
        let verified = bundle.and_then(|bundle| {
            self.verifier.verify(artifact, &bundle, &policy).map_err(|error| error.to_string())
        });
        match verified {
            Ok(result) => {
                let proved = result.certificate_verified() && result.sct_verified() && result.tlog_verified();
                let subject = result.identity().map(|identity| identity.as_str().to_owned());
                tracing::debug!(?subject, proved, "a signature of an identity");
                proved && subject.is_some_and(|subject| self.subject.is_match(&subject))
            }
            Err(error) => {
                tracing::debug!(%error, "a signature does not count");
                false
            }
        }
    }
}

impl PartialEq for SigstoreIdentity {
    fn eq(&self, other: &Self) -> bool {
        (&self.issuer, self.subject.as_str(), &self.root)
            == (&other.issuer, other.subject.as_str(), &other.root)
    }
}

impl Eq for SigstoreIdentity {}

/// All that a verdict depends on.
impl fmt::Debug for SigstoreIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { issuer, subject, root, .. } = self;
        write!(f, "identity {:?} of {issuer:?} by {root}", subject.as_str())
    }
}
