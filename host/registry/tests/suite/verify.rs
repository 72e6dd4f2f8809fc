//! Policies that must be met, and everything that keeps them from it (rules R25 and R26).

mod provenance;
mod sigstore;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use registry::{PublicKey, Signer, SigstoreIdentity, TrustRoot, VerifyPolicy};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use test_registry::{Options, Piece, Registry, Reply, digest};

use crate::bench::{Bench, Setup, app, archive, context, host_of, refresh};
use crate::verify::sigstore::Sigstore;

/// What cosign 3 calls its signatures.
const SIGN: &str = "https://sigstore.dev/cosign/sign/v1";

/// Who signs, as the certificates of CI systems name it.
const ISSUER: &str = "https://ci.test";
const SUBJECT: &str = "https://ci.test/acme/app/release.yaml@refs/tags/v1";

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

struct Key(EcdsaKeyPair);

impl Key {
    fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap())
    }

    /// As cosign writes `cosign.pub`.
    fn public(&self) -> PublicKey {
        let mut der = hex::decode("3059301306072a8648ce3d020106082a8648ce3d030107034200").unwrap();
        der.extend_from_slice(self.0.public_key().as_ref());
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der));
        PublicKey::from_pem(&pem).unwrap()
    }

    fn sign(&self, message: &[u8]) -> String {
        STANDARD.encode(self.0.sign(&SystemRandom::new(), message).unwrap())
    }
}

fn image(config: &[u8], layer: &str, bytes: &[u8], more: serde_json::Value) -> String {
    let mut manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
                   "digest": digest(config), "size": config.len()},
        "layers": [{"mediaType": layer, "digest": digest(bytes), "size": bytes.len()}],
    });
    for (name, value) in more.as_object().unwrap() {
        let place =
            if name == "annotations" { &mut manifest["layers"][0][name] } else { &mut manifest[name] };
        *place = value.clone();
    }
    manifest.to_string()
}

/// What cosign 2 signs.
fn payload(about: &str) -> String {
    let payload = json!({"critical": {
        "identity": {"docker-reference": "any"},
        "image": {"docker-manifest-digest": about}, "type": "cosign container image signature"}, "optional": null});
    payload.to_string()
}

/// Stores a signature as cosign 2 does: under a tag.
fn store_by_tag(registry: &Registry, payload: &str, annotations: Value, signed: &str) {
    let kind = "application/vnd.dev.cosign.simplesigning.v1+json";
    let text = image(b"{}", kind, payload.as_bytes(), json!({"annotations": annotations}));
    let mut content = registry.content();
    content.blob(payload.as_bytes());
    let tag = format!("{}.sig", signed.replace(':', "-"));
    content.manifest("charts/app", Some(&tag), MANIFEST, text.as_bytes());
}

fn sign_by_tag(registry: &Registry, key: &Key, about: &str, signed: &str) {
    let payload = payload(about);
    let signature = key.sign(payload.as_bytes());
    store_by_tag(registry, &payload, json!({"dev.cosignproject.cosign/signature": signature}), signed);
}

/// What cosign 3 signs.
fn statement(about: &str, predicate: &str) -> String {
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1", "predicateType": predicate,
        "subject": [{"name": "", "digest": {"sha256": about.trim_start_matches("sha256:")}}], "predicate": {},
    });
    statement.to_string()
}

/// Stores a bundle as cosign 3 does: it refers to what it signs.
fn store_bundle(registry: &Registry, bundle: &Value, about: &str) {
    let bundle = bundle.to_string();
    let kind = "application/vnd.dev.sigstore.bundle.v0.3+json";
    let subject = json!({"mediaType": MANIFEST, "digest": about, "size": 1});
    let text = image(b"{}", kind, bundle.as_bytes(), json!({"artifactType": kind, "subject": subject}));
    let mut content = registry.content();
    content.blob(bundle.as_bytes());
    content.manifest("charts/app", None, MANIFEST, text.as_bytes());
}

fn sign_by_bundle(registry: &Registry, key: &Key, about: &str) {
    let (kind, payload) = ("application/vnd.in-toto+json", statement(about, SIGN));
    let signed = format!("DSSEv1 {} {kind} {} {payload}", kind.len(), payload.len());
    let bundle = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "dsseEnvelope": {"payload": STANDARD.encode(&payload), "payloadType": kind,
                         "signatures": [{"sig": key.sign(signed.as_bytes())}]},
    });
    store_bundle(registry, &bundle, about);
}

/// A registry with a chart, and a client that wants it signed by `signers`.
async fn scene(signers: Vec<Signer>) -> (Registry, String, Bench) {
    let registry = Registry::start(Options::default()).await;
    let digest = registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let mut setup = Setup::new(vec![host_of(&registry, None)]);
    let pattern = format!("oci://{}/charts/**", registry.host()).parse().unwrap();
    setup.config.verify = vec![VerifyPolicy { pattern, signers }];
    let bench = setup.start();
    (registry, digest, bench)
}

async fn refusal(registry: &Registry, bench: &Bench) -> String {
    bench.client.pull_chart(&refresh(), &app(registry, "1.2.3")).await.unwrap_err().chain()
}

#[tokio::test]
async fn r25_signed_in_either_way() {
    let key = Key::new();
    let (registry, digest, bench) = scene(vec![Signer::CosignKey(key.public())]).await;
    sign_by_tag(&registry, &key, &digest, &digest);
    bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
    let (registry, digest, bench) =
        scene(vec![Signer::CosignKey(Key::new().public()), Signer::CosignKey(key.public())]).await;
    sign_by_bundle(&registry, &key, &digest);
    bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
    registry.forget();
    bench.client.pull_chart(&refresh(), &app(&registry, "1.2.3")).await.unwrap();
    assert_eq!(registry.log().len(), 1, "the verdict is kept: {:?}", registry.log());
}

#[tokio::test]
async fn r25_everything_else_denies() {
    let key = Key::new();
    let signers = || vec![Signer::CosignKey(key.public())];
    let (registry, _, bench) = scene(signers()).await;
    assert!(refusal(&registry, &bench).await.contains("it has no signature"));
    assert!(!registry.log().iter().any(|line| line.contains("/blobs/")), "and nothing was fetched");

    let (registry, digest, bench) = scene(signers()).await;
    sign_by_tag(&registry, &Key::new(), &digest, &digest);
    sign_by_bundle(&registry, &Key::new(), &digest);
    assert!(refusal(&registry, &bench).await.contains("none of its 2 signatures"));

    let (registry, digest, bench) = scene(signers()).await;
    let other = registry.push_chart("charts/app", "0.0.1", &archive("0.0.1"));
    sign_by_tag(&registry, &key, &other, &digest);
    assert!(refusal(&registry, &bench).await.contains("none of its"), "signed is another artifact");

    let (registry, digest, bench) = scene(signers()).await;
    sign_by_tag(&registry, &key, &digest, &digest);
    registry.intercept(|seen| seen.path.contains("/referrers/").then(|| Reply::new(500)));
    assert!(refusal(&registry, &bench).await.contains("500"), "a registry that can't be asked");

    let (registry, digest, bench) = scene(Vec::new()).await;
    sign_by_tag(&registry, &key, &digest, &digest);
    assert!(refusal(&registry, &bench).await.contains("names no signer"));
}

/// The tag is moved while its signature is looked for: what was verified is what is used.
#[tokio::test]
async fn r25_a_tag_that_moves_while_it_is_verified() {
    let key = Key::new();
    let (registry, digest, bench) = scene(vec![Signer::CosignKey(key.public())]).await;
    sign_by_tag(&registry, &key, &digest, &digest);
    let evil = test_registry::chart::archive("app", "1.2.3", &[("evil", b"1")]);
    let moved = registry.push_chart("charts/app", "9.9.9", &evil);
    let content = registry.content().manifests[&("charts/app".to_owned(), moved)].1.clone();
    let mut asked = 0;
    registry.intercept(move |seen| {
        asked += usize::from(seen.path.ends_with("/manifests/1.2.3"));
        let again = seen.path.ends_with("/manifests/1.2.3") && asked > 1;
        again.then(|| Reply::new(200).header("content-type", MANIFEST).body(content.clone()))
    });
    let chart = bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
    assert_eq!((chart.digest.to_string(), chart.file("evil").is_none()), (digest, true));
}

#[tokio::test]
async fn r26_a_crowd_of_signatures() {
    let key = Key::new();
    let (registry, digest, bench) = scene(vec![Signer::CosignKey(key.public())]).await;
    (0..60).for_each(|_| sign_by_bundle(&registry, &Key::new(), &digest));
    assert!(refusal(&registry, &bench).await.contains("none of its 50 signatures"));

    let (registry, digest, bench) = scene(vec![Signer::CosignKey(key.public())]).await;
    (0..8).for_each(|number| store_junk(&registry, number, &digest));
    assert!(refusal(&registry, &bench).await.contains("no signature"));
    let fetched = registry.log().iter().filter(|line| line.contains("/blobs/")).count();
    assert_eq!(fetched, 50, "{:?}", registry.log());
}

/// Stores what says that it is a signature, of ten layers, and is none.
fn store_junk(registry: &Registry, number: usize, about: &str) {
    let kind = "application/vnd.dev.sigstore.bundle.v0.3+json";
    let subject = json!({"mediaType": MANIFEST, "digest": about, "size": 1});
    let layers: Vec<String> = (0..10).map(|layer| format!("{{\"junk\": {}}}", number * 10 + layer)).collect();
    let mut content = registry.content();
    layers.iter().for_each(|layer| drop(content.blob(layer.as_bytes())));
    let describe =
        |layer: &String| json!({"mediaType": kind, "digest": digest(layer.as_bytes()), "size": layer.len()});
    let layers: Vec<Value> = layers.iter().map(describe).collect();
    let text = image(b"{}", kind, b"", json!({"artifactType": kind, "subject": subject, "layers": layers}));
    content.manifest("charts/app", None, MANIFEST, text.as_bytes());
}

#[tokio::test]
async fn r26_a_signature_without_end() {
    let key = Key::new();
    let (registry, digest, bench) = scene(vec![Signer::CosignKey(key.public())]).await;
    sign_by_tag(&registry, &key, &digest, &digest);
    registry.intercept(|seen| {
        let list = Reply::new(200).header("content-type", "application/vnd.oci.image.index.v1+json");
        let endless = Piece::Endless(vec![b' '; 64 << 10].into(), Duration::ZERO);
        seen.path.contains("/referrers/").then(|| list.pieces(vec![endless]))
    });
    assert!(refusal(&registry, &bench).await.contains("more than 4194304 bytes"));
}

fn identity(instance: &Sigstore, issuer: &str, subject: &str) -> Signer {
    let identity = SigstoreIdentity::new(issuer, subject, TrustRoot::Json(&instance.root()));
    Signer::CosignIdentity(identity.unwrap())
}

#[tokio::test]
async fn r25_signed_without_a_key() {
    let instance = Sigstore::new();
    let signers = || vec![identity(&instance, ISSUER, r"https://ci\.test/acme/.+")];
    let (registry, digest, bench) = scene(signers()).await;
    store_bundle(&registry, &instance.signer(ISSUER, SUBJECT).bundle(&statement(&digest, SIGN)), &digest);
    bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
    let (registry, digest, bench) = scene(signers()).await;
    let payload = payload(&digest);
    store_by_tag(&registry, &payload, instance.signer(ISSUER, SUBJECT).annotations(&payload), &digest);
    bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
}

/// A bundle for the chart with a certificate for `who` by `instance`, after `spoil`; the policy wants [`SUBJECT`]
/// by `trusted`.
async fn keyless_refusal(
    trusted: &Sigstore,
    instance: &Sigstore,
    who: (&str, &str),
    predicate: &str,
    spoil: impl Fn(&mut Value),
) {
    let (registry, digest, bench) = scene(vec![identity(trusted, ISSUER, r"https://ci\.test/acme/.+")]).await;
    let mut bundle = instance.signer(who.0, who.1).bundle(&statement(&digest, predicate));
    spoil(&mut bundle);
    store_bundle(&registry, &bundle, &digest);
    let text = refusal(&registry, &bench).await;
    assert!(text.contains("none of its 1 signatures"), "{who:?}: {text}");
}

#[tokio::test]
async fn r25_everything_else_without_a_key_denies() {
    let (instance, other) = (Sigstore::new(), Sigstore::new());
    let us = (ISSUER, SUBJECT);
    let same = |_: &mut Value| ();
    keyless_refusal(&instance, &other, us, SIGN, same).await;
    keyless_refusal(&instance, &instance, ("https://accounts.test", SUBJECT), SIGN, same).await;
    keyless_refusal(&instance, &instance, (ISSUER, "https://ci.test/evil/app"), SIGN, same).await;
    let around = "https://evil.test/?https://ci.test/acme/app";
    keyless_refusal(&instance, &instance, (ISSUER, around), SIGN, same).await;
    keyless_refusal(&instance, &instance, us, "https://slsa.dev/provenance/v1", same).await;
    let entries = |bundle: &mut Value| bundle["verificationMaterial"]["tlogEntries"] = json!([]);
    keyless_refusal(&instance, &instance, us, SIGN, entries).await;
    let proof = |bundle: &mut Value| {
        let entry = &mut bundle["verificationMaterial"]["tlogEntries"][0];
        entry["inclusionProof"]["checkpoint"]["envelope"] =
            json!("log.test - 1\n1\nAAAA\n\n\u{2014} log.test AAAA\n");
    };
    keyless_refusal(&instance, &instance, us, SIGN, proof).await;
    let time = |bundle: &mut Value| {
        bundle["verificationMaterial"]["tlogEntries"][0]["integratedTime"] = json!("1600000000");
    };
    keyless_refusal(&instance, &instance, us, SIGN, time).await;
    let signature = |bundle: &mut Value| bundle["dsseEnvelope"]["signatures"][0]["sig"] = json!("AAAA");
    keyless_refusal(&instance, &instance, us, SIGN, signature).await;
}

#[test]
fn identities_that_would_be_anybodys() {
    let root = Sigstore::new().root();
    let new = |issuer: &str, subject: &str, root: TrustRoot<'_>| SigstoreIdentity::new(issuer, subject, root);
    assert!(new("", ".*", TrustRoot::Json(&root)).is_err());
    assert!(new(ISSUER, "(", TrustRoot::Json(&root)).is_err());
    assert!(new(ISSUER, ".*", TrustRoot::Json("{}")).is_err());
    assert!(new(ISSUER, ".*", TrustRoot::PublicGood).is_ok());
}
