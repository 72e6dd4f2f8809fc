//! Mirrors: what they are believed, and what they are told.

use registry::{Mirror, MirrorTrust};
use test_registry::{Auth, Options, Registry, Reply};

use crate::bench::{Bench, CANARY, Setup, app, archive, context, host_as, host_of};

async fn pair(trust: MirrorTrust) -> (Registry, Registry, Bench) {
    let origin = Registry::start(Options { auth: Auth::basic("user", "canary"), ..Options::default() }).await;
    let mirror = Registry::start(Options::default()).await;
    origin.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let mut setup = Setup::new(vec![host_of(&origin, None), host_as("mirror.test", &mirror, None)]);
    let location = format!("mirror.test:{}/hub", mirror.port());
    setup.config.mirrors = vec![Mirror { prefix: origin.host(), location, trust }];
    let bench = setup.with_credential(&origin.host(), CANARY).start();
    (origin, mirror, bench)
}

#[tokio::test]
async fn r28_a_digest_only_mirror_serves_content_and_resolves_nothing() {
    let (origin, mirror, bench) = pair(MirrorTrust::DigestOnly).await;
    mirror.push_chart("hub/charts/app", "1.2.3", &archive("1.2.3"));
    let chart = bench.client.pull_chart(&context(), &app(&origin, "1.2.3")).await.unwrap();
    assert_eq!(chart.digest.to_string(), origin.content().tags["charts/app"]["1.2.3"]);
    assert!(mirror.log().iter().all(|line| line.contains("sha256:")), "{:?}", mirror.log());
    assert!(!mirror.log().is_empty() && !origin.log().iter().any(|line| line.contains("/blobs/")));
    assert!(
        mirror.requests().iter().all(|seen| seen.authorization.is_none()),
        "the credential stays at home"
    );
}

#[tokio::test]
async fn r28_a_trusted_mirror_resolves_and_the_registry_is_not_asked() {
    let (origin, mirror, bench) = pair(MirrorTrust::Resolve).await;
    mirror.push_chart("hub/charts/app", "1.3.0", &archive("1.3.0"));
    let chart = bench.client.pull_chart(&context(), &app(&origin, "^1")).await.unwrap();
    assert_eq!(chart.version, "1.3.0");
    assert_eq!(origin.log(), [""; 0]);
}

#[tokio::test]
async fn r28_a_mirror_that_lacks_or_spoils_something_is_passed_over() {
    let (origin, mirror, bench) = pair(MirrorTrust::DigestOnly).await;
    bench.client.pull_chart(&context(), &app(&origin, "1.2.3")).await.unwrap();
    origin.push_chart("charts/app", "2.0.0", &archive("2.0.0"));
    mirror.intercept(|seen| {
        let spoiled = Reply::new(200).header("content-type", "application/vnd.oci.image.manifest.v1+json");
        seen.path.contains("sha256:").then(|| spoiled.body("something else"))
    });
    let chart = bench.client.pull_chart(&context(), &app(&origin, "2.0.0")).await.unwrap();
    assert_eq!(chart.version, "2.0.0");
}
