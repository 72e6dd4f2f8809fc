//! Pushing: missing blobs first, the manifest last.

use std::collections::BTreeMap;

use bytes::Bytes;
use registry::{Image, Reference};
use test_registry::{Auth, Options, Registry, Reply};

use crate::bench::{Bench, CANARY, app, archive, context};

#[tokio::test]
async fn what_is_pushed_can_be_pulled() {
    for auth in [Auth::None, Auth::basic("user", "canary"), Auth::token("user", "canary")] {
        let registry = Registry::start(Options { auth, ..Options::default() }).await;
        let bench = Bench::of(&registry, Some(CANARY));
        let parent = format!("oci://{}/charts", registry.host());
        let archive = Bytes::from(archive("1.2.3+b"));
        let provenance = Some(Bytes::from_static(b"-----BEGIN PGP SIGNED MESSAGE-----"));
        let pushed =
            bench.client.push_chart(&context(), &parent, archive.clone(), provenance.clone()).await.unwrap();
        assert_eq!(pushed.reference.to_string(), format!("oci://{}/charts/app:1.2.3_b", registry.host()));
        let pulled = bench.client.pull_archive(&context(), &app(&registry, "1.2.3+b")).await.unwrap();
        assert_eq!(
            (pulled.archive, pulled.provenance, pulled.digest),
            (archive.clone(), provenance.clone(), pushed.digest)
        );
        registry.forget();
        bench.client.push_chart(&context(), &parent, archive, provenance).await.unwrap();
        assert!(
            !registry.log().iter().any(|line| line.starts_with("POST")),
            "what is there is not sent again"
        );
    }
}

#[tokio::test]
async fn large_blobs_go_in_pieces() {
    let registry = Registry::start(Options::default()).await;
    let bench = Bench::of(&registry, None);
    let component = Bytes::from(vec![7; 40 << 20]);
    let image = Image::of_component(component.clone(), &[], &[], &BTreeMap::new()).unwrap();
    let reference: Reference = format!("{}/plugins/render:1", registry.host()).parse().unwrap();
    bench.client.push_image(&context(), &reference, &image).await.unwrap();
    assert_eq!(registry.log().iter().filter(|line| line.starts_with("PATCH")).count(), 2);
    let artifact = bench.client.pull_artifact(&context(), &reference).await.unwrap();
    assert_eq!(artifact.content, component);
    assert_eq!(artifact.media_type, "application/wasm");
}

#[tokio::test]
async fn an_upload_stays_on_its_host() {
    let registry =
        Registry::start(Options { auth: Auth::basic("user", "canary"), ..Options::default() }).await;
    let trap = Registry::start(Options::default()).await;
    let elsewhere = format!("http://127.0.0.1:{}/upload", trap.port());
    registry.intercept(move |seen| {
        let authorized = seen.authorization.is_some() && seen.method == "POST";
        authorized.then(|| Reply::new(202).header("location", &elsewhere))
    });
    let bench = Bench::of(&registry, Some(CANARY));
    let parent = format!("oci://{}/charts", registry.host());
    let error =
        bench.client.push_chart(&context(), &parent, archive("1.2.3").into(), None).await.unwrap_err();
    assert!(error.chain().contains("another host"), "{}", error.chain());
    assert_eq!(trap.connections(), 0);
}
