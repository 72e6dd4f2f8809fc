//! Helm's provenance files, made by other people's OpenPGP.

use bytes::Bytes;
use pgp::composed::{
    ArmorOptions, CleartextSignedMessage, EncryptionCaps, KeyType, SecretKeyParamsBuilder, SignedSecretKey,
};
use pgp::types::Password;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use registry::{ChartRequest, Keyring, Signer, VerifyPolicy};
use test_registry::{Options, Registry};

use crate::bench::{Bench, Setup, app, archive, context, host_of, refresh};

/// A key that is the same in every run.
fn key(seed: u64) -> SignedSecretKey {
    let mut params = SecretKeyParamsBuilder::default();
    params.key_type(KeyType::Ed25519Legacy).can_sign(true).can_certify(true);
    params.can_encrypt(EncryptionCaps::None).primary_user_id("Release <release@acme.test>".to_owned());
    params.build().unwrap().generate(ChaCha20Rng::seed_from_u64(seed)).unwrap()
}

fn keyring(key: &SignedSecretKey) -> Signer {
    let public = key.to_public_key().to_armored_string(ArmorOptions::default()).unwrap();
    Signer::Provenance(Keyring::parse(public.as_bytes()).unwrap())
}

/// As `helm package --sign` writes it.
fn sign(key: &SignedSecretKey, file: &str, archive: &[u8]) -> Bytes {
    let text =
        format!("name: app\nversion: 1.2.3\n\n...\nfiles:\n  {file}: {}\n", test_registry::digest(archive));
    let message = CleartextSignedMessage::sign(
        ChaCha20Rng::seed_from_u64(0),
        &text,
        &key.primary_key,
        &Password::empty(),
    );
    message.unwrap().to_armored_string(ArmorOptions::default()).unwrap().into()
}

async fn outcome(signer: Signer, provenance: Option<Bytes>) -> Result<(), String> {
    let registry = Registry::start(Options::default()).await;
    let publisher = Bench::of(&registry, None);
    let parent = format!("oci://{}/charts", registry.host());
    publisher.client.push_chart(&context(), &parent, archive("1.2.3").into(), provenance).await.unwrap();
    let mut setup = Setup::new(vec![host_of(&registry, None)]);
    let pattern = format!("oci://{}/**", registry.host()).parse().unwrap();
    setup.config.verify = vec![VerifyPolicy { pattern, signers: vec![signer] }];
    let bench = setup.start();
    let request = app(&registry, "1.2.3");
    let chart = bench.client.pull_chart(&context(), &request).await.map_err(|error| error.chain());
    let archive = bench.client.pull_archive(&context(), &request).await.map_err(|error| error.chain());
    assert_eq!(chart.as_ref().err(), archive.as_ref().err());
    chart.map(drop)
}

#[tokio::test]
async fn r25_provenance_by_a_key_of_the_ring_and_nothing_else() {
    let (ours, theirs) = (key(1), key(2));
    let file = "app-1.2.3.tgz";
    let good = sign(&ours, file, &archive("1.2.3"));
    outcome(keyring(&ours), Some(good.clone())).await.unwrap();
    let changed = String::from_utf8_lossy(&good).replacen("name: app", "name: apx", 1);
    for (provenance, expect) in [
        (None, "no signature"),
        (Some(sign(&theirs, file, &archive("1.2.3"))), "not signed by a valid key"),
        (Some(changed.into()), "not signed by a valid key"),
        (Some(sign(&ours, file, b"other")), "about an archive with digest"),
        (Some(sign(&ours, "other-1.2.3.tgz", &archive("1.2.3"))), "does not name `app-1.2.3.tgz`"),
        (Some("signed, honestly".into()), "not a clear-signed text"),
    ] {
        let text = outcome(keyring(&ours), provenance).await.unwrap_err();
        assert!(text.contains(expect), "{text}\ninstead of {expect}");
    }
}

#[tokio::test]
async fn r25_helm_repositories_have_provenance_files() {
    let registry = Registry::start(Options::default()).await;
    let (key, archive) = (key(1), archive("1.2.3"));
    let index = "apiVersion: v1\nentries: {app: [{name: app, version: 1.2.3, urls: [app-1.2.3.tgz]}]}";
    let put = |path: &str, bytes: Bytes| registry.content().files.insert(path.to_owned(), bytes);
    put("/charts/index.yaml", index.into());
    put("/charts/app-1.2.3.tgz", archive.clone().into());
    let mut setup = Setup::new(vec![host_of(&registry, None)]);
    let pattern = format!("{}/**", registry.url()).parse().unwrap();
    setup.config.verify = vec![VerifyPolicy { pattern, signers: vec![keyring(&key)] }];
    let bench = setup.start();
    let request = ChartRequest::parse(&format!("{}/charts", registry.url()), "app", "").unwrap();
    let error = bench.client.pull_chart(&context(), &request).await.unwrap_err();
    assert!(error.chain().contains("no signature"), "{}", error.chain());
    put("/charts/app-1.2.3.tgz.prov", sign(&key, "app-1.2.3.tgz", &archive));
    bench.client.pull_chart(&refresh(), &request).await.unwrap();
    let pulled = bench.client.pull_archive(&context(), &request).await.unwrap();
    assert!(pulled.provenance.is_some());
    registry.forget();
    bench.client.pull_chart(&context(), &request).await.unwrap();
    assert_eq!(registry.log(), [""; 0], "the verdict is kept");
}
