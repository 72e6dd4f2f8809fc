//! Who signed it: policies that must be met before content is used (rules R25 and R26).
//!
//! Where a policy covers a reference, everything that keeps it from being met denies: no signature,
//! a registry that can't be asked, a key that can't be read. What was verified is a digest, and
//! only that digest is fetched afterwards.

mod cosign;
mod key;

use policy::Pattern;

use crate::Error;
use crate::error::Problem;
use crate::resolve::{Lookup, record_key};

pub use crate::verify::key::{KeyError, PublicKey};

/// How long a verdict counts: what was signed once stays signed.
const VERDICT_TTL: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// How long the search for signatures may take (rule R26).
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// What must be signed, and by whom.
#[derive(Clone, Debug)]
pub struct VerifyPolicy {
    /// Which references it covers.
    pub pattern: Pattern,
    /// Any of these signers will do. None at all means that nothing will.
    pub signers: Vec<Signer>,
}

/// Who may sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signer {
    /// The holder of a key, with cosign.
    CosignKey(PublicKey),
}

/// Why something counts as unsigned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The policy names nobody.
    #[error("its policy names no signer")]
    NoSigner,
    /// There is no signature.
    #[error("it has no signature")]
    Unsigned,
    /// There are signatures, none by who should have signed.
    #[error("none of its {count} signatures is by a signer of its policy")]
    Stranger {
        /// How many there are.
        count: usize,
    },
}

/// Checks the artifact with the digest that `lookup` resolved to, if a policy covers it.
pub(crate) async fn check(lookup: &Lookup, digest: &cache::Digest) -> Result<(), Error> {
    let reference = lookup.repository.to_string();
    let policies = &lookup.services.config.verify;
    for policy in policies.iter().filter(|policy| policy.pattern.admits(&reference)) {
        check_policy(lookup, digest, policy).await?;
    }
    Ok(())
}

async fn check_policy(lookup: &Lookup, digest: &cache::Digest, policy: &VerifyPolicy) -> Result<(), Error> {
    let failed = |error: VerifyError| lookup.attempt.failed(Problem::Unverified(error));
    let session = lookup.origin()?;
    let name = cache::Digest::of(format!("{:?}", policy.signers).as_bytes());
    let key = record_key("verdicts", session, &[&digest.to_string(), name.hex()]);
    let verdict = lookup.services.store.record::<bool>(&key).await;
    if verdict.is_some_and(|record| record.value && record.is_within(VERDICT_TTL)) {
        return Ok(());
    }
    if policy.signers.is_empty() {
        return Err(failed(VerifyError::NoSigner));
    }
    let search = cosign::signatures(lookup, digest);
    let signatures = tokio::time::timeout(PATIENCE, search).await;
    let signatures = signatures.map_err(|_| lookup.attempt.failed(Problem::Deadline(PATIENCE)))??;
    if signatures.is_empty() {
        return Err(failed(VerifyError::Unsigned));
    }
    let mut keys = policy.signers.iter().map(|Signer::CosignKey(key)| key);
    if !keys.any(|key| signatures.iter().any(|signature| signature.is_by(key, digest))) {
        return Err(failed(VerifyError::Stranger { count: signatures.len() }));
    }
    if let Err(error) = lookup.services.store.set_record(&key, true).await {
        tracing::warn!(%error, "a verdict could not be kept");
    }
    Ok(())
}
