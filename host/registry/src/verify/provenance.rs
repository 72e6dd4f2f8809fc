//! Helm's provenance files: a clear-signed text that names the archive and its digest.

use std::fmt;
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use cache::Digest;
use goyaml::{Value, Values, sigs};
use pgp::composed::{CleartextSignedMessage, Deserializable as _, SignedPublicKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::Signature;
use pgp::types::{KeyDetails as _, Timestamp, VerifyingKey};

use crate::chart::to_text;

/// Public keys of those who may sign, as `gpg --export` writes them, armoured or not.
#[derive(Clone)]
pub struct Keyring {
    keys: Arc<[SignedPublicKey]>,
    digest: String,
}

/// A keyring that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not a keyring of OpenPGP public keys: {0}")]
pub struct KeyringError(String);

/// Why a provenance file does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProvenanceError {
    /// No clear-signed text.
    #[error("its provenance file is not a clear-signed text")]
    Unreadable,
    /// Signed by nobody in the keyring, or by a key that counts no more.
    #[error("its provenance file is not signed by a valid key of the keyring")]
    Stranger,
    /// It is about other files.
    #[error("its provenance file does not name `{0}`")]
    OtherFile(String),
    /// It is about another archive of the same name.
    #[error("its provenance file is about an archive with digest `{named}`, not `{found}`")]
    OtherDigest {
        /// What the file names.
        named: String,
        /// What the archive has.
        found: String,
    },
}

// === impl Keyring ===

impl Keyring {
    /// Reads all keys of `bytes`.
    ///
    /// # Errors
    /// If there is none, or one that can't be read.
    pub fn parse(bytes: &[u8]) -> Result<Self, KeyringError> {
        let wrong = |error: pgp::errors::Error| KeyringError(error.to_string());
        let (keys, _) = SignedPublicKey::from_reader_many(Cursor::new(bytes)).map_err(wrong)?;
        let keys = keys.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        if keys.is_empty() {
            return Err(KeyringError("it holds no key".to_owned()));
        }
        Ok(Self { keys: keys.into(), digest: Digest::of(bytes).to_string() })
    }

    /// Whether `provenance` says that `archive` is what its signer knows as `file` (`NAME-VERSION.tgz`).
    pub(crate) fn check(&self, provenance: &[u8], file: &str, archive: &[u8]) -> Result<(), ProvenanceError> {
        let text = std::str::from_utf8(provenance).map_err(|_| ProvenanceError::Unreadable)?;
        let (message, _) =
            CleartextSignedMessage::from_string(text).map_err(|_| ProvenanceError::Unreadable)?;
        if !self.keys.iter().any(|key| is_signed_by(&message, key)) {
            return Err(ProvenanceError::Stranger);
        }
        let named = digest_of(&message.signed_text(), file);
        let named = named.ok_or_else(|| ProvenanceError::OtherFile(file.to_owned()))?;
        let found = format!("sha256:{}", Digest::of(archive).hex());
        if named == found { Ok(()) } else { Err(ProvenanceError::OtherDigest { named, found }) }
    }
}

impl PartialEq for Keyring {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Keyring {}

/// All that a verdict depends on.
impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "keyring {}", self.digest)
    }
}

/// By the key itself, or by one of its subkeys that is for signing, while it was valid and is not revoked.
fn is_signed_by(message: &CleartextSignedMessage, key: &SignedPublicKey) -> bool {
    if key.verify_bindings().is_err() || !key.details.revocation_signatures.is_empty() {
        return false;
    }
    let own =
        key.details.users.iter().flat_map(|user| &user.signatures).chain(&key.details.direct_signatures);
    if counts(message, &key.primary_key, own.clone()) {
        return true;
    }
    // A subkey lives as long as its primary key at most.
    let alive = |created| !is_expired(own.clone(), created, Timestamp::now());
    alive(key.primary_key.created_at())
        && key.public_subkeys.iter().any(|subkey| {
            let revoked = |signature: &&Signature| {
                signature.typ() == Some(pgp::packet::SignatureType::SubkeyRevocation)
            };
            let bindings = || subkey.signatures.iter().filter(|signature| signature.key_flags().sign());
            subkey.signatures.iter().find(revoked).is_none()
                && bindings().next().is_some()
                && counts(message, &subkey.key, bindings())
        })
}

/// Whether `key` signed `message` with a hash that still is one, and neither the key nor the signature has expired.
fn counts<'a>(
    message: &CleartextSignedMessage,
    key: &impl VerifyingKey,
    own: impl Iterator<Item = &'a Signature>,
) -> bool {
    let Ok(signature) = message.verify(key) else { return false };
    let now = Timestamp::now();
    let strong = signature.hash_alg().is_some_and(|hash| {
        matches!(hash, HashAlgorithm::Sha256 | HashAlgorithm::Sha384 | HashAlgorithm::Sha512)
    });
    let over = signature.signature_expiration_time().zip(signature.created());
    let over = over.is_some_and(|(lifetime, created)| is_past(created, lifetime, now));
    strong && !over && !is_expired(own, key.created_at(), now)
}

/// The latest self-signature decides about the life of a key.
fn is_expired<'a>(own: impl Iterator<Item = &'a Signature>, created: Timestamp, now: Timestamp) -> bool {
    let latest = own.max_by_key(|signature| signature.created());
    let lifetime = latest.and_then(Signature::key_expiration_time);
    lifetime.is_some_and(|lifetime| is_past(created, lifetime, now))
}

fn is_past(created: Timestamp, lifetime: pgp::types::Duration, now: Timestamp) -> bool {
    let end = Duration::from_secs(u64::from(created.as_secs()) + u64::from(lifetime.as_secs()));
    lifetime.as_secs() > 0 && end < Duration::from_secs(u64::from(now.as_secs()))
}

/// What the signed text has for `file`: it is the chart's metadata, a line `...`, and `files: {NAME: DIGEST}`.
fn digest_of(text: &str, file: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n");
    let (_, files) = text.split_once("\n...\n")?;
    let document = sigs::decode(files.as_bytes(), sigs::Target::Map, &mut Values).ok()??;
    let Value::Mapping(files) = document.get("files")? else { return None };
    let same = |(name, _): &&(Value, Value)| matches!(name, Value::Text(name) if name == file);
    to_text(&files.as_slice().iter().find(same)?.1)
}
