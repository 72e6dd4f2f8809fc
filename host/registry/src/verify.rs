//! Who signed it: policies that must be met before content is used (rules R25 and R26).
//!
//! Where a policy covers a reference, everything that keeps it from being met denies: no signature,
//! a registry that can't be asked, a key that can't be read. What was verified is a digest, and
//! only that digest is fetched afterwards.

mod arithmetic;
mod cosign;
mod identity;
mod key;
mod provenance;

use policy::Pattern;

use crate::Error;
use crate::client::Services;
use crate::error::{Attempt, Problem};
use crate::pull;
use crate::resolve::{Lookup, Pointer, record_key};
use crate::session::Session;

pub use crate::verify::identity::{IdentityError, SigstoreIdentity, TrustRoot};
pub use crate::verify::key::{KeyError, PublicKey};
pub use crate::verify::provenance::{Keyring, KeyringError, ProvenanceError};

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
    /// An identity that sigstore vouches for, with cosign and without a key.
    CosignIdentity(SigstoreIdentity),
    /// The holder of one of these keys, with `helm package --sign`. Charts alone have such signatures.
    Provenance(Keyring),
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
    /// There is a provenance file that does not count.
    #[error(transparent)]
    Provenance(#[from] ProvenanceError),
}

/// A chart as far as its provenance is concerned.
pub(crate) struct Signed<'a> {
    /// `NAME-VERSION.tgz`
    pub(crate) file: String,
    pub(crate) archive: &'a [u8],
    pub(crate) provenance: Option<&'a [u8]>,
}

/// What is judged, and for whom.
pub(crate) struct Case<'a> {
    pub(crate) services: &'a Services,
    pub(crate) session: &'a Session,
    pub(crate) attempt: &'a Attempt,
    pub(crate) digest: &'a cache::Digest,
}

// === impl VerifyPolicy ===

impl VerifyPolicy {
    fn keyrings(&self) -> impl Iterator<Item = &Keyring> {
        self.signers.iter().filter_map(|signer| match signer {
            Signer::Provenance(keyring) => Some(keyring),
            Signer::CosignKey(_) | Signer::CosignIdentity(_) => None,
        })
    }

    fn is_for_cosign(&self) -> bool {
        self.signers.iter().any(|signer| !matches!(signer, Signer::Provenance(_)))
    }

    /// Whether the chart's provenance file is by one of the keyrings of this policy.
    pub(crate) fn check_provenance(&self, signed: &Signed<'_>) -> Result<(), VerifyError> {
        let provenance = signed.provenance.ok_or(VerifyError::Unsigned)?;
        let mut outcome = Err(VerifyError::Unsigned);
        for keyring in self.keyrings() {
            outcome = keyring.check(provenance, &signed.file, signed.archive).map_err(VerifyError::from);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }
}

/// Checks what `lookup` resolved to, if policies cover it.
pub(crate) async fn check(lookup: &Lookup, pointer: &Pointer) -> Result<(), Error> {
    let reference = lookup.repository.to_string();
    let digest = pointer.digest()?;
    let (services, session) = (&lookup.services, lookup.origin()?);
    let case = Case { services, session, attempt: &lookup.attempt, digest: &digest };
    for policy in covering(services, &reference) {
        case.judge(policy, async || check_artifact(lookup, pointer, policy).await).await?;
    }
    Ok(())
}

/// The policies that cover `reference`.
pub(crate) fn covering<'a>(
    services: &'a Services,
    reference: &'a str,
) -> impl Iterator<Item = &'a VerifyPolicy> {
    services.config.verify.iter().filter(move |policy| policy.pattern.admits(reference))
}

// === impl Case ===

impl Case<'_> {
    /// The verdict that is remembered, else that of `check`, which is remembered if it is a good one.
    pub(crate) async fn judge(
        &self,
        policy: &VerifyPolicy,
        check: impl AsyncFnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let signers = cache::Digest::of(format!("{:?}", policy.signers).as_bytes());
        let key = record_key("verdicts", self.session, &[&self.digest.to_string(), signers.hex()]);
        let verdict = self.services.store.record::<bool>(&key).await;
        if verdict.is_some_and(|record| record.value && record.is_within(VERDICT_TTL)) {
            return Ok(());
        }
        if policy.signers.is_empty() {
            return Err(self.attempt.failed(VerifyError::NoSigner));
        }
        check().await?;
        if let Err(error) = self.services.store.set_record(&key, true).await {
            tracing::warn!(%error, "a verdict could not be kept");
        }
        Ok(())
    }
}

async fn check_artifact(lookup: &Lookup, pointer: &Pointer, policy: &VerifyPolicy) -> Result<(), Error> {
    let cosign = if policy.is_for_cosign() { check_cosign(lookup, pointer, policy).await } else { Ok(()) };
    match (policy.is_for_cosign(), policy.keyrings().next()) {
        (true, None) => cosign,
        (true, Some(_)) if cosign.is_ok() => Ok(()),
        _ => check_oci_provenance(lookup, pointer, policy).await,
    }
}

async fn check_cosign(lookup: &Lookup, pointer: &Pointer, policy: &VerifyPolicy) -> Result<(), Error> {
    let digest = pointer.digest()?;
    let search = tokio::time::timeout(PATIENCE, cosign::signatures(lookup, &digest)).await;
    let signatures = search.map_err(|_| lookup.attempt.failed(Problem::Deadline(PATIENCE)))??;
    let failed = |error: VerifyError| Err(lookup.attempt.failed(error));
    if signatures.is_empty() {
        return failed(VerifyError::Unsigned);
    }
    let by = |signer: &Signer| signatures.iter().any(|signature| signature.is_by(signer, &digest));
    if policy.signers.iter().any(by) {
        return Ok(());
    }
    failed(VerifyError::Stranger { count: signatures.len() })
}

async fn check_oci_provenance(
    lookup: &Lookup,
    pointer: &Pointer,
    policy: &VerifyPolicy,
) -> Result<(), Error> {
    let parts = tokio::time::timeout(PATIENCE, pull::parts(lookup, pointer)).await;
    let parts = parts.map_err(|_| lookup.attempt.failed(Problem::Deadline(PATIENCE)))??;
    let signed = Signed {
        file: parts.chart.file_name(),
        archive: &parts.archive,
        provenance: parts.provenance.as_deref(),
    };
    policy.check_provenance(&signed).map_err(|error| lookup.attempt.failed(error))
}
