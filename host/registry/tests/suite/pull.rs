//! Resolving and pulling, with every kind of authentication.

use std::sync::Arc;
use std::time::Duration;

use registry::{ChartRequest, Problem, Source};
use test_registry::{Auth, Authority, Options, Pages, Registry, Reply, chart};

use crate::bench::{Bench, CANARY, Setup, app, archive, context, host_of, offline, refresh};

async fn registry(auth: Auth) -> Registry {
    let registry = Registry::start(Options { auth, ..Options::default() }).await;
    registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    registry
}

#[tokio::test]
async fn a_chart_and_what_is_in_it() {
    let registry = registry(Auth::None).await;
    let digest = registry.content().tags["charts/app"]["1.2.3"].clone();
    let bench = Bench::of(&registry, None);
    let chart = bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
    assert_eq!((chart.name.as_str(), chart.version.as_str()), ("app", "1.2.3"));
    assert_eq!(chart.digest.to_string(), digest);
    let paths: Vec<&str> = chart.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["Chart.yaml", "values.yaml", "templates/a.yaml"]);
}

#[tokio::test]
async fn requests_cold_and_warm_by_kind_of_authentication() {
    let anonymous = registry(Auth::None).await;
    let basic = registry(Auth::basic("user", "canary")).await;
    let token = registry(Auth::token("user", "canary")).await;
    let free_token = registry(Auth::anonymous_token()).await;
    for (registry, credential, cold) in
        [(&anonymous, None, 2), (&basic, Some(CANARY), 3), (&token, Some(CANARY), 4), (&free_token, None, 4)]
    {
        let bench = Bench::of(registry, credential);
        let request = app(registry, "1.2.3");
        bench.client.pull_chart(&context(), &request).await.unwrap();
        assert_eq!(registry.log().len(), cold, "cold: {:?}", registry.log());
        assert_eq!(registry.connections(), 1, "one connection");
        registry.forget();
        bench.client.pull_chart(&context(), &request).await.unwrap();
        assert_eq!(registry.log(), [""; 0], "warm");
        bench.client.pull_chart(&refresh(), &request).await.unwrap();
        assert_eq!(registry.log(), ["HEAD /v2/charts/app/manifests/1.2.3"], "after the time to live");
    }
}

#[tokio::test]
async fn over_tls_with_an_authority_of_its_own() {
    let authority = Arc::new(Authority::new());
    let tls = Some((Arc::clone(&authority), Vec::new()));
    let registry =
        Registry::start(Options { auth: Auth::token("user", "canary"), tls, ..Options::default() }).await;
    registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let setup = Setup::new(vec![host_of(&registry, Some(&authority))]);
    let bench = setup.with_credential(&registry.host(), CANARY).start();
    bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
    assert_eq!(registry.connections(), 1);
    let mut untrusting = host_of(&registry, None);
    untrusting.transport.plain_http = false;
    let bench = Setup::new(vec![untrusting]).with_credential(&registry.host(), CANARY).start();
    let error = bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap_err();
    assert!(error.chain().contains("certificate"), "{}", error.chain());
}

#[tokio::test]
async fn versions_over_all_pages() {
    for pages in [Pages::One, Pages::Relative(2), Pages::Opaque(2)] {
        let registry = Registry::start(Options { pages, ..Options::default() }).await;
        for version in ["1.0.0", "1.2.0", "1.10.0", "2.0.0-rc.1", "1.2.0+b"] {
            registry.push_chart("charts/app", version, &archive(version));
        }
        let bench = Bench::of(&registry, None);
        let source = app(&registry, "").source;
        let versions = bench.client.versions(&context(), &source).await.unwrap();
        assert_eq!(versions, ["2.0.0-rc.1", "1.10.0", "1.2.0+b", "1.2.0", "1.0.0"], "{pages:?}");
        for (wanted, expect) in
            [("", "1.10.0"), ("~1.2", "1.2.0+b"), (">1-0", "2.0.0-rc.1"), ("1.2.0+b", "1.2.0+b")]
        {
            let chart = bench.client.pull_chart(&context(), &app(&registry, wanted)).await.unwrap();
            assert_eq!(chart.version, expect, "{wanted}");
        }
    }
}

#[tokio::test]
async fn by_digest_and_by_both() {
    let registry = registry(Auth::None).await;
    let bench = Bench::of(&registry, None);
    let digest = registry.content().tags["charts/app"]["1.2.3"].clone();
    let chart = bench.client.pull_chart(&context(), &app(&registry, &digest)).await.unwrap();
    assert_eq!(chart.digest.to_string(), digest);
    let resolved = format!("{}/charts/app", registry.host()).parse().unwrap();
    let resolved = bench.client.resolve(&context(), &resolved, Some("^1")).await.unwrap();
    assert_eq!((resolved.version.as_str(), resolved.digest.to_string()), ("1.2.3", digest));
}

#[tokio::test]
async fn what_is_not_there_is_asked_for_once() {
    let registry = registry(Auth::None).await;
    let bench = Bench::of(&registry, None);
    for _ in 0..3 {
        let error = bench.client.pull_chart(&context(), &app(&registry, "9.9.9")).await.unwrap_err();
        assert!(matches!(&*error.problem, Problem::NotFound { .. }), "{}", error.chain());
        assert!(error.chain().contains("charts/app:9.9.9") && error.chain().contains("MANIFEST_UNKNOWN"));
    }
    assert_eq!(registry.log().len(), 1);
}

#[tokio::test]
async fn wrong_credentials_are_not_shown() {
    let registry = registry(Auth::basic("user", "another")).await;
    let bench = Bench::of(&registry, Some(CANARY));
    let error = bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap_err();
    assert!(matches!(&*error.problem, Problem::Unauthorized { .. }), "{}", error.chain());
    assert!(!format!("{error:?} {}", error.chain()).contains("canary"));
}

#[tokio::test]
async fn expired_tokens_are_renewed_once() {
    let registry = registry(Auth::token("user", "canary")).await;
    let bench = Bench::of(&registry, Some(CANARY));
    bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
    registry.expire_tokens();
    registry.forget();
    bench.client.pull_chart(&refresh(), &app(&registry, "1.2.3")).await.unwrap();
    assert_eq!(registry.log().len(), 3, "{:?}", registry.log());
}

#[tokio::test]
async fn a_broken_download_is_taken_up_where_it_broke() {
    let registry = registry(Auth::None).await;
    let noise: Vec<u8> =
        (0_u32..50_000).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let archive = chart::archive("app", "2.0.0", &[("noise", &noise)]);
    registry.push_chart("charts/app", "2.0.0", &archive);
    let (length, start) = (archive.len().to_string(), archive[..60_000].to_vec());
    let mut breaks = 1;
    let path = format!("/v2/charts/app/blobs/{}", test_registry::digest(&archive));
    registry.intercept(move |seen| {
        use test_registry::Piece::{Break, Bytes, Pause};
        let first = seen.path == path && breaks > 0;
        breaks -= i32::from(first);
        let reply = Reply::new(200).header("content-length", &length);
        first
            .then(|| reply.pieces(vec![Bytes(start.clone().into()), Pause(Duration::from_millis(50)), Break]))
    });
    let bench = Bench::of(&registry, None);
    bench.client.pull_chart(&context(), &app(&registry, "2.0.0")).await.unwrap();
    let ranges: Vec<_> =
        registry.requests().iter().filter_map(|seen| seen.headers.get("range").cloned()).collect();
    assert_eq!(ranges.len(), 1, "{:?}", registry.log());
}

#[tokio::test]
async fn offline_uses_the_cache_and_names_what_it_lacks() {
    let registry = registry(Auth::None).await;
    let bench = Bench::of(&registry, None);
    let request = app(&registry, "1.2.3");
    let error = bench.client.pull_chart(&offline(), &request).await.unwrap_err();
    assert!(
        error.chain().contains("1.2.3") && matches!(&*error.problem, Problem::Offline),
        "{}",
        error.chain()
    );
    bench.client.pull_chart(&context(), &request).await.unwrap();
    drop(registry);
    bench.client.pull_chart(&offline(), &request).await.unwrap();
    let after_outage = bench.client.pull_chart(&refresh(), &request).await;
    assert_eq!(after_outage.unwrap().version, "1.2.3", "an outage is bridged");
}

#[tokio::test]
async fn a_helm_repository() {
    let registry =
        Registry::start(Options { auth: Auth::basic("user", "canary"), ..Options::default() }).await;
    let archive = archive("1.2.3");
    let index = format!(
        "apiVersion: v1\nentries:\n  app:\n  - {{name: app, version: 1.2.3, urls: [files/app-1.2.3.tgz], digest: {}}}\n  - {{name: app, version: 1.0.0, urls: ['{}/charts/files/app-1.0.0.tgz']}}\n",
        test_registry::digest(&archive).trim_start_matches("sha256:"),
        registry.url(),
    );
    registry.content().files.insert("/charts/index.yaml".to_owned(), index.into_bytes().into());
    registry.content().files.insert("/charts/files/app-1.2.3.tgz".to_owned(), archive.into());
    let old = crate::bench::archive("1.0.0");
    registry.content().files.insert("/charts/files/app-1.0.0.tgz".to_owned(), old.into());
    let setup = Setup::new(vec![host_of(&registry, None)]);
    let bench = setup.with_credential(&format!("{}/charts", registry.url()), CANARY).start();
    let request =
        |version| ChartRequest::parse(&format!("{}/charts", registry.url()), "app", version).unwrap();
    let versions = bench.client.versions(&context(), &request("").source).await.unwrap();
    assert_eq!(versions, ["1.2.3", "1.0.0"]);
    for (wanted, expect) in [("^1", "1.2.3"), ("1.0.0", "1.0.0")] {
        assert_eq!(bench.client.pull_chart(&context(), &request(wanted)).await.unwrap().version, expect);
    }
    registry.forget();
    bench.client.pull_chart(&context(), &request("*")).await.unwrap();
    assert_eq!(registry.log(), [""; 0], "warm");
    bench.client.versions(&refresh(), &request("").source).await.unwrap();
    assert_eq!(registry.log(), ["GET /charts/index.yaml"], "and only whether it has changed");
    assert!(matches!(request("").source, Source::Helm { .. }));
    let missing = ChartRequest::parse(&format!("{}/charts", registry.url()), "other", "").unwrap();
    let error = bench.client.pull_chart(&context(), &missing).await.unwrap_err();
    assert!(error.chain().contains("no `other`"), "{}", error.chain());
}
