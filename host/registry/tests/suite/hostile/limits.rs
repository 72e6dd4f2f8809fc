//! Servers that never end, never begin, or send too much (rule R19).

use std::time::Duration;

use bytes::Bytes;
use test_registry::{Auth, Options, Piece, Registry, Reply};

use crate::bench::{Setup, app, archive, context, host_of};
use crate::hostile::Scene;

fn endless() -> Piece {
    Piece::Endless(Bytes::from(vec![b' '; 64 << 10]), Duration::ZERO)
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

#[tokio::test]
async fn r19_endless_bodies_of_every_kind() {
    for part in ["/token", "/manifests/", "/blobs/"] {
        let scene = Scene::new(Auth::token("user", "canary")).await;
        scene.registry.intercept(move |seen| {
            let asked = seen.path.contains(part) && (part == "/token" || seen.authorization.is_some());
            let reply = Reply::new(200).header("content-type", MANIFEST);
            asked.then(|| reply.pieces(vec![endless()]))
        });
        let text = scene.fail().await;
        assert!(text.contains("more than") || text.contains("token"), "{part}: {text}");
    }
}

#[tokio::test]
async fn r19_endless_explanations_are_cut() {
    let scene = Scene::new(Auth::None).await;
    let long = || vec![Piece::Bytes(vec![b' '; 9 << 10].into()), Piece::Pause(Duration::from_secs(60))];
    for pieces in [vec![endless()], long()] {
        scene.registry.intercept(move |_| Some(Reply::new(400).pieces(pieces.clone())));
        let start = tokio::time::Instant::now();
        assert!(scene.fail().await.contains("status 400"));
        assert!(start.elapsed() < Duration::from_secs(10), "nobody waits for more of it");
    }
}

#[tokio::test]
async fn r19_endless_pages() {
    let scene = Scene::new(Auth::None).await;
    let mut page = 0;
    scene.registry.intercept(move |seen| {
        page += 1;
        let reply =
            Reply::new(200).header("link", &format!("</v2/charts/app/tags/list?page={page}>; rel=next"));
        seen.path.contains("tags/list").then(|| reply.body("{\"tags\":[\"1.0.0\"]}"))
    });
    let source = app(&scene.registry, "").source;
    let error = scene.bench.client.versions(&context(), &source).await.unwrap_err();
    assert!(error.chain().contains("more than 1000 pages"), "{}", error.chain());
    scene.registry.intercept(|seen| {
        let reply = Reply::new(200).header("link", "</v2/charts/app/tags/list?again>; rel=next");
        seen.path.contains("tags/list").then(|| reply.body("{\"tags\":null}"))
    });
    let error = scene.bench.client.versions(&context(), &source).await.unwrap_err();
    assert!(error.chain().contains("circle"), "{}", error.chain());
}

#[tokio::test]
async fn r19_lists_of_tags_that_fill_the_memory() {
    let scene = Scene::new(Auth::None).await;
    let source = app(&scene.registry, "").source;
    let page = |page: usize, tags: usize, length: usize| {
        let tag = |number| format!("\"{}-{number}\"", "x".repeat(length));
        let tags: Vec<String> = (0..tags).map(tag).collect();
        let next = format!("</v2/charts/app/tags/list?page={page}>; rel=next");
        Reply::new(200).header("link", &next).body(format!("{{\"tags\":[{}]}}", tags.join(",")))
    };
    // One page that is too large, many tags, and pages that are large together.
    for (tags, length, expect) in
        [(1, 9 << 20, "more than 8388608"), (60_000, 1, "tags"), (70, 100_000, "tags")]
    {
        let mut pages = 0;
        scene.registry.intercept(move |seen| {
            pages += 1;
            seen.path.contains("tags/list").then(|| page(pages, tags, length))
        });
        scene.registry.forget();
        let error = scene.bench.client.versions(&context(), &source).await.unwrap_err();
        assert!(error.chain().contains(expect), "{}", error.chain());
        assert!(scene.registry.log().len() < 7, "{}", scene.registry.log().len());
    }
}

#[tokio::test]
async fn r19_an_endless_index() {
    let scene = Scene::with(Auth::None, |setup| setup.config.max_index = 1 << 20).await;
    scene.registry.intercept(|_| Some(Reply::new(200).pieces(vec![endless()])));
    let repository = format!("{}/charts", scene.registry.url());
    let request = registry::ChartRequest::parse(&repository, "app", "1.2.3").unwrap();
    let error = scene.bench.client.pull_chart(&context(), &request).await.unwrap_err();
    assert!(error.chain().contains("more than 1048576 bytes"), "{}", error.chain());
}

#[tokio::test]
async fn r19_a_provenance_file_that_is_too_large() {
    let scene = Scene::new(Auth::None).await;
    let (bytes, long) = (archive("1.2.3"), vec![b'x'; (1 << 20) + 1]);
    let part = |media_type: &str, bytes: &[u8]| serde_json::json!({"mediaType": media_type, "digest": test_registry::digest(bytes), "size": bytes.len()});
    let manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": part("application/vnd.cncf.helm.config.v1+json", b"{}"),
        "layers": [part("application/vnd.cncf.helm.chart.content.v1.tar+gzip", &bytes),
                   part("application/vnd.cncf.helm.chart.provenance.v1.prov", &long)],
    });
    scene.registry.content().blob(&long);
    let text = manifest.to_string();
    scene.registry.content().manifest("charts/app", Some("1.2.3"), MANIFEST, text.as_bytes());
    let pulled = scene.bench.client.pull_archive(&context(), &app(&scene.registry, "1.2.3")).await;
    let error = pulled.unwrap_err();
    assert!(error.chain().contains("of at most 1048576"), "{}", error.chain());
}

#[tokio::test]
async fn r19_compressed_bodies_and_long_headers() {
    let scene = Scene::new(Auth::None).await;
    scene.registry.intercept(|_| Some(Reply::new(200).header("content-encoding", "gzip").body("x")));
    assert!(scene.fail().await.contains("encoding `gzip`"));
    scene.registry.intercept(|_| {
        let fields = (0..20).map(|number| (format!("x-{number}"), "y".repeat(4 << 10)));
        Some(fields.fold(Reply::new(200), |reply, (name, value)| reply.header(&name, &value)))
    });
    assert!(scene.fail().await.contains("headers"));
}

/// Waits are cut to a fraction, the rest is as it is.
async fn hasty(change: impl FnOnce(&mut network::Timeouts)) -> Scene {
    Scene::with(Auth::None, |setup| {
        setup.network.retries.attempts = 1;
        change(&mut setup.network.timeouts);
    })
    .await
}

#[tokio::test]
async fn r19_slow_bodies() {
    let scene = hasty(|timeouts| timeouts.idle = Duration::from_millis(100)).await;
    scene.registry.intercept(|seen| {
        let stalled = vec![Piece::Bytes("{".into()), Piece::Pause(Duration::from_secs(60))];
        seen.path.contains("/manifests/").then(|| Reply::new(200).pieces(stalled))
    });
    assert!(scene.fail().await.contains("no further data"));
    let scene = hasty(|timeouts| timeouts.drip_window = Duration::from_millis(300)).await;
    scene.registry.intercept(|seen| {
        let drip = Piece::Endless("x".into(), Duration::from_millis(50));
        seen.path.contains("/manifests/").then(|| Reply::new(200).pieces(vec![drip]))
    });
    assert!(scene.fail().await.contains("no kibibyte"));
}

#[tokio::test]
async fn r19_silence() {
    let options = Options { latency: Duration::from_secs(60), ..Options::default() };
    let registry = Registry::start(options).await;
    let mut setup = Setup::new(vec![host_of(&registry, None)]);
    setup.network.retries.attempts = 1;
    setup.network.timeouts.connect = Duration::from_millis(50);
    setup.network.timeouts.answer = Duration::from_millis(100);
    let error = setup.start().client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap_err();
    assert!(error.chain().contains("no answer"), "{}", error.chain());
}

#[tokio::test]
async fn r19_busy_servers_are_given_time() {
    let scene = Scene::new(Auth::None).await;
    let mut refusals = 2;
    scene.registry.intercept(move |_| {
        refusals -= 1;
        (refusals >= 0).then(|| Reply::new(if refusals == 1 { 429 } else { 503 }).header("retry-after", "1"))
    });
    let start = tokio::time::Instant::now();
    let request = app(&scene.registry, "1.2.3");
    scene.bench.client.pull_chart(&context(), &request).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(2), "both times as long as it asked for");
    scene.registry.push_chart("charts/app", "2.0.0", &archive("2.0.0"));
    scene.registry.intercept(|_| Some(Reply::new(429).header("retry-after", "3600")));
    let start = tokio::time::Instant::now();
    for _ in 0..2 {
        let answer = scene.bench.client.pull_chart(&context(), &app(&scene.registry, "2.0.0")).await;
        assert!(answer.is_err());
    }
    assert!(start.elapsed() < Duration::from_secs(5), "nobody waits for what comes too late");
}
