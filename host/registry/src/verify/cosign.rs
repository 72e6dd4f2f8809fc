//! Cosign's signatures: where they are stored, and what they sign.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cache::Digest;
use serde_json::{Value, json};

use crate::Error;
use crate::blob;
use crate::manifest::{Descriptor, ImageManifest, Manifest, media, parse_strict};
use crate::reference::{Reference, Tag};
use crate::resolve::{Depth, Lookup, Pointer};
use crate::session::Ask;
use crate::verify::Signer;

/// The most signatures that are looked at (rule R26), whatever they turn out to be.
const MAX_SIGNATURES: usize = 50;

/// The most bytes of a signature or of a list of them.
const MAX_BYTES: u64 = 4 << 20;

/// The layer of a signature as cosign 2 stores it.
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// The annotation with its signature, base64.
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

/// The beginning of the type of artifact that cosign 3 stores signatures as.
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";

/// What cosign 2 adds to a signature without a key: the certificate, PEM, and the log's promise.
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const PROMISE: &str = "dev.sigstore.cosign/bundle";

/// What a bundle's statement is for. Statements about something else, such as how it was built, approve of nothing.
const SIGN_PREDICATE: &str = "https://sigstore.dev/cosign/sign/v1";

/// A signature, not yet checked.
pub(crate) enum Signature {
    /// Over a payload that names the artifact; with a bundle where it was made without a key.
    Simple { payload: Bytes, signature: Vec<u8>, bundle: Option<String> },
    /// Over an in-toto statement in an envelope, which the bundle holds.
    Envelope { kind: String, payload: Vec<u8>, signatures: Vec<Vec<u8>>, bundle: String },
}

impl Signature {
    /// Whether `signer` signed the artifact with this `digest`.
    pub(crate) fn is_by(&self, signer: &Signer, digest: &Digest) -> bool {
        let is_about = match self {
            Self::Simple { payload, .. } => simple_is_about(payload, digest),
            Self::Envelope { payload, .. } => statement_is_about(payload, digest),
        };
        is_about
            && match (signer, self) {
                (Signer::CosignKey(key), Self::Simple { payload, signature, .. }) => {
                    key.verifies(payload, signature)
                }
                (Signer::CosignKey(key), Self::Envelope { kind, payload, signatures, .. }) => {
                    let signed = pre_authentication(kind, payload);
                    signatures.iter().any(|signature| key.verifies(&signed, signature))
                }
                (Signer::CosignIdentity(identity), Self::Simple { payload, bundle, .. }) => {
                    bundle.as_ref().is_some_and(|bundle| identity.signed_content(bundle, payload))
                }
                (Signer::CosignIdentity(identity), Self::Envelope { bundle, .. }) => {
                    identity.signed_digest(bundle, digest)
                }
                (Signer::Provenance(_), _) => false,
            }
    }
}

/// Cosign's "simple signing" payload.
fn simple_is_about(payload: &[u8], digest: &Digest) -> bool {
    let Ok(document) = parse_strict(payload) else { return false };
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
    text("/critical/image/docker-manifest-digest") == Some(&digest.to_string())
        && text("/critical/type") == Some("cosign container image signature")
}

/// An in-toto statement with the artifact among its subjects.
fn statement_is_about(payload: &[u8], digest: &Digest) -> bool {
    let Ok(document) = parse_strict(payload) else { return false };
    let subjects = document.get("subject").and_then(Value::as_array);
    let is_statement = document
        .get("_type")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.starts_with("https://in-toto.io/Statement/"));
    let matches =
        |subject: &Value| subject.pointer("/digest/sha256").and_then(Value::as_str) == Some(digest.hex());
    let approves = document.get("predicateType").and_then(Value::as_str) == Some(SIGN_PREDICATE);
    is_statement && approves && subjects.is_some_and(|subjects| subjects.iter().any(matches))
}

/// What an envelope's signatures sign (DSSE, version 1).
fn pre_authentication(kind: &str, payload: &[u8]) -> Vec<u8> {
    let mut signed = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
    signed.extend_from_slice(payload);
    signed
}

/// The signatures of the artifact with this `digest`: those that refer to it, and those under the
/// tag that is made of it.
pub(crate) async fn signatures(lookup: &Lookup, digest: &Digest) -> Result<Vec<Signature>, Error> {
    let mut signatures = Vec::new();
    // What is no signature counts too: it is fetched all the same.
    let mut left = MAX_SIGNATURES;
    for entry in referrers(lookup, digest).await? {
        if left == 0 {
            break;
        }
        let image = image(lookup, &Pointer::of(&entry)).await?;
        for layer in image.layers.iter().take(left) {
            signatures.extend(read_bundle(&blob::fetch(lookup, layer, MAX_BYTES).await?));
        }
        left = left.saturating_sub(image.layers.len().max(1));
    }
    let tag = format!("sha256-{}.sig", digest.hex());
    if let Some(image) = tagged(lookup, &tag).await? {
        for layer in image.layers.iter().filter(|layer| layer.media_type == SIMPLE_SIGNING).take(left) {
            let text = layer.annotations.get(SIGNATURE).and_then(|text| STANDARD.decode(text).ok());
            let Some(signature) = text else { continue };
            let payload = blob::fetch(lookup, layer, MAX_BYTES).await?;
            let bundle = promised(&layer.annotations, &payload, &signature);
            signatures.push(Signature::Simple { payload, signature, bundle });
        }
    }
    Ok(signatures)
}

/// The bundles that refer to the artifact, by the API or, where there is none, by the tag that
/// stands in for it.
async fn referrers(lookup: &Lookup, digest: &Digest) -> Result<Vec<Descriptor>, Error> {
    let session = lookup.origin()?;
    let url =
        session.url(&format!("referrers/{digest}")).map_err(|problem| lookup.attempt.failed(problem))?;
    let ask = Ask::get(url, media::IMAGE_INDEX, MAX_BYTES);
    let entries = match session.send(&ask, &lookup.attempt).await {
        Ok(response) => {
            let bytes = response.bytes().await.map_err(|error| lookup.attempt.failed(error))?;
            match Manifest::parse(&bytes, media::IMAGE_INDEX).map_err(|error| lookup.attempt.failed(error))? {
                Manifest::Index(entries) => entries,
                Manifest::Image(_) => Vec::new(),
            }
        }
        Err(error) if error.is_not_found() => index_by_tag(lookup, digest).await?,
        Err(error) => return Err(error),
    };
    let is_bundle =
        |entry: &Descriptor| entry.artifact_type.as_deref().is_some_and(|kind| kind.starts_with(BUNDLE));
    Ok(entries.into_iter().filter(is_bundle).collect())
}

async fn index_by_tag(lookup: &Lookup, digest: &Digest) -> Result<Vec<Descriptor>, Error> {
    let tag = format!("sha256-{}", digest.hex());
    let Some((pointer, bytes)) = document(lookup, &tag).await? else { return Ok(Vec::new()) };
    match Manifest::parse(&bytes, &pointer.media_type).map_err(|error| lookup.attempt.failed(error))? {
        Manifest::Index(entries) => Ok(entries),
        Manifest::Image(_) => Ok(Vec::new()),
    }
}

async fn tagged(lookup: &Lookup, tag: &str) -> Result<Option<ImageManifest>, Error> {
    match document(lookup, tag).await? {
        Some((pointer, _)) => image(lookup, &pointer).await.map(Some),
        None => Ok(None),
    }
}

/// What a tag names; none where there is no such tag. Anything else that goes wrong is an error, and
/// so denies.
async fn document(lookup: &Lookup, tag: &str) -> Result<Option<(Pointer, Bytes)>, Error> {
    let tag: Tag = tag.parse().map_err(|error| lookup.attempt.failed(crate::Problem::Reference(error)))?;
    let reference = Reference::tagged(lookup.repository.clone(), tag);
    match lookup.pointer(&reference, Depth::Manifest).await {
        Ok(pointer) => {
            let bytes = lookup.manifest(&pointer).await?;
            Ok(Some((pointer, bytes)))
        }
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

async fn image(lookup: &Lookup, pointer: &Pointer) -> Result<ImageManifest, Error> {
    let bytes = lookup.manifest(pointer).await?;
    match Manifest::parse(&bytes, &pointer.media_type).map_err(|error| lookup.attempt.failed(error))? {
        Manifest::Image(image) => Ok(*image),
        Manifest::Index(_) => Err(lookup
            .attempt
            .failed(crate::Problem::Kind { expected: "a signature", found: "an index".to_owned() })),
    }
}

/// The envelope in a bundle. Bundles of another form sign nothing that is understood here.
fn read_bundle(bytes: &[u8]) -> Option<Signature> {
    let document = parse_strict(bytes).ok()?;
    let envelope = document.get("dsseEnvelope")?;
    let text = |value: &Value, name: &str| Some(value.get(name)?.as_str()?.to_owned());
    let signatures = envelope.get("signatures")?.as_array()?.iter().take(MAX_SIGNATURES);
    let signatures =
        signatures.filter_map(|signature| STANDARD.decode(text(signature, "sig")?).ok()).collect();
    Some(Signature::Envelope {
        kind: text(envelope, "payloadType")?,
        payload: STANDARD.decode(text(envelope, "payload")?).ok()?,
        signatures,
        bundle: String::from_utf8(bytes.to_vec()).ok()?,
    })
}

/// What cosign 2 wrote into annotations, as the bundle that it writes today.
fn promised(annotations: &BTreeMap<String, String>, payload: &[u8], signature: &[u8]) -> Option<String> {
    let certificate = annotations.get(CERTIFICATE)?;
    let body = certificate.lines().filter(|line| !line.starts_with("-----")).collect::<String>();
    let promise = parse_strict(annotations.get(PROMISE)?.as_bytes()).ok()?;
    let entry = promise.get("Payload")?;
    let log = hex::decode(entry.get("logID")?.as_str()?).ok()?;
    let digest = ring::digest::digest(&ring::digest::SHA256, payload);
    let bundle = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.1",
        "verificationMaterial": {
            "x509CertificateChain": {"certificates": [{"rawBytes": body}]},
            "tlogEntries": [{
                "logIndex": entry.get("logIndex")?.to_string(),
                "logId": {"keyId": STANDARD.encode(log)},
                "kindVersion": {"kind": "hashedrekord", "version": "0.0.1"},
                "integratedTime": entry.get("integratedTime")?.to_string(),
                "inclusionPromise": {"signedEntryTimestamp": promise.get("SignedEntryTimestamp")?},
                "canonicalizedBody": entry.get("body")?,
            }],
        },
        "messageSignature": {
            "messageDigest": {"algorithm": "SHA2_256", "digest": STANDARD.encode(digest)},
            "signature": STANDARD.encode(signature),
        },
    });
    Some(bundle.to_string())
}
