//! Content that is not what it says it is (rules R20 to R24).

use serde_json::{Value, json};
use test_registry::{Auth, Reply, chart, digest};

use crate::bench::{app, archive, context, refresh};
use crate::hostile::Scene;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": media_type, "digest": digest(bytes), "size": bytes.len()})
}

fn manifest(layers: &[Value]) -> Value {
    let config = descriptor("application/vnd.cncf.helm.config.v1+json", b"{}");
    json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers})
}

/// Pulls a chart whose manifest is `text` and which comes with `blob`, and expects this refusal.
async fn refused(text: String, blob: Vec<u8>, expect: &str) {
    let scene = Scene::new(Auth::None).await;
    scene.registry.content().blob(&blob);
    scene.registry.content().manifest("charts/app", Some("1.2.3"), MANIFEST, text.as_bytes());
    let seen = scene.fail().await;
    assert!(seen.contains(expect), "{seen}\ninstead of {expect}, for {text}");
}

#[tokio::test]
async fn r20_sizes_and_digests_that_lie() {
    let bytes = archive("1.2.3");
    let mut longer = descriptor(CHART, &bytes);
    longer["size"] = (bytes.len() - 1).into();
    refused(manifest(&[longer]).to_string(), bytes.clone(), "bytes instead of").await;
    let mut huge = descriptor(CHART, &bytes);
    huge["size"] = (1_u64 << 40).into();
    refused(manifest(&[huge]).to_string(), bytes.clone(), "of at most").await;
    let scene = Scene::new(Auth::None).await;
    let other = bytes.iter().rev().copied().collect::<Vec<u8>>();
    scene
        .registry
        .intercept(move |seen| seen.path.contains("/blobs/").then(|| Reply::new(200).body(other.clone())));
    assert!(scene.fail().await.contains("its content is"));
}

#[tokio::test]
async fn r20_digests_that_are_paths() {
    let layer = json!({"mediaType": CHART, "digest": "sha256:../../../v2/secret/blobs/x", "size": 3});
    refused(manifest(&[layer]).to_string(), Vec::new(), "`digest`").await;
}

#[tokio::test]
async fn r20_layers() {
    let bytes = archive("1.2.3");
    let layer = descriptor(CHART, &bytes);
    refused(manifest(&[]).to_string(), bytes.clone(), "no layer with a chart").await;
    refused(manifest(&[layer.clone(), layer.clone()]).to_string(), bytes.clone(), "two layers").await;
    refused(manifest(&vec![layer.clone(); 11]).to_string(), bytes.clone(), "more than 10 layers").await;
    let image = descriptor("application/vnd.oci.image.layer.v1.tar+gzip", &bytes);
    refused(manifest(&[layer, image]).to_string(), bytes, "it has a layer").await;
}

#[tokio::test]
async fn r21_documents_with_two_meanings() {
    let bytes = archive("1.2.3");
    let layer = descriptor(CHART, &bytes).to_string();
    let text = manifest(&[descriptor(CHART, &bytes)]).to_string();
    let twice = text.replacen('{', &format!("{{\"layers\":[{layer}],"), 1);
    refused(twice, bytes.clone(), "occurs twice").await;
    let both = text.replacen('{', "{\"manifests\":[],", 1);
    refused(both, bytes.clone(), "not clearly").await;
    let case = text.replacen('{', "{\"Layers\":[],", 1);
    refused(case, bytes.clone(), "another case").await;
    let other = text.replacen(MANIFEST, "application/vnd.oci.image.index.v1+json", 1);
    refused(other, bytes, "was announced as").await;
}

#[tokio::test]
async fn r22_a_tag_that_moves() {
    let scene = Scene::new(Auth::None).await;
    let before = scene.registry.content().tags["charts/app"]["1.2.3"].clone();
    let shared = std::sync::Arc::new(std::sync::Mutex::new(0));
    let count = std::sync::Arc::clone(&shared);
    // As soon as the manifest was read, the tag names something else.
    scene.registry.intercept(move |seen| {
        *count.lock().unwrap() += usize::from(seen.path.ends_with("/manifests/1.2.3"));
        None
    });
    let chart = scene.bench.client.pull_chart(&context(), &app(&scene.registry, "1.2.3")).await.unwrap();
    assert_eq!(
        (chart.digest.to_string(), *shared.lock().unwrap()),
        (before.clone(), 1),
        "the tag is read once"
    );
    // The registry announces one digest and delivers another document.
    let other = chart::archive("app", "1.2.3", &[("evil", b"1")]);
    let after = scene.registry.push_chart("charts/app", "1.2.3", &other);
    let content = scene.registry.content().manifests[&("charts/app".to_owned(), after.clone())].1.clone();
    scene.registry.intercept(move |seen| {
        let reply = Reply::new(200).header("content-type", MANIFEST).header("docker-content-digest", &before);
        seen.path.contains("/manifests/").then(|| reply.body(content.clone()))
    });
    scene.registry.content().blobs.clear();
    let fresh = crate::bench::Bench::of(&scene.registry, None);
    let error = fresh.client.pull_chart(&refresh(), &app(&scene.registry, "1.2.3")).await.unwrap_err();
    assert!(error.chain().contains("its content is"), "{}", error.chain());
    let pinned = app(&scene.registry, &after);
    for answer in [
        fresh.client.pull_chart(&refresh(), &pinned).await.map(drop),
        fresh.client.resolve_chart(&refresh(), &pinned).await.map(drop),
    ] {
        assert!(answer.is_err(), "a pin is compared with what came");
    }
}

#[tokio::test]
async fn r22_a_tag_that_moves_between_resolve_and_pull() {
    let scene = Scene::new(Auth::basic("user", "canary")).await;
    let request = app(&scene.registry, "1.2.3");
    let resolved = scene.bench.client.resolve_chart(&context(), &request).await.unwrap();
    let other = chart::archive("app", "1.2.3", &[("evil", b"1")]);
    scene.registry.push_chart("charts/app", "1.2.3", &other);
    let chart = scene.bench.client.pull_chart(&context(), &request).await.unwrap();
    assert_eq!(chart.digest, resolved.digest);
    assert!(chart.file("evil").is_none());
}

#[tokio::test]
async fn r23_archives() {
    let evil = |path: &str| {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(1);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        tar.append(&header, &b"x"[..]).unwrap();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut gzip, &tar.into_inner().unwrap()).unwrap();
        gzip.finish().unwrap()
    };
    for (path, expect) in [
        ("app/../../etc/cron.d/x", "references parent directory"),
        ("/etc/passwd", "contains absolute paths"),
        ("Chart.yaml", "not in a base directory"),
    ] {
        let bytes = evil(path);
        refused(manifest(&[descriptor(CHART, &bytes)]).to_string(), bytes, expect).await;
    }
    let dots = chart::archive("..", "1.2.3", &[]);
    refused(manifest(&[descriptor(CHART, &dots)]).to_string(), dots, "archive is not accepted").await;
    let named = b"apiVersion: v2\nname: app\nversion: 1.2.3\n";
    let elsewhere = chart::tar_gz("other", &[("Chart.yaml", named)]);
    refused(manifest(&[descriptor(CHART, &elsewhere)]).to_string(), elsewhere, "not a chart's name").await;
    let spaced = chart::archive("a pp", "1.2.3", &[]);
    refused(manifest(&[descriptor(CHART, &spaced)]).to_string(), spaced, "not a chart's name").await;
    let version = archive("../1.2.3");
    refused(manifest(&[descriptor(CHART, &version)]).to_string(), version, "not a chart's version").await;
    let bomb = chart::archive("app", "1.2.3", &[("zeros", &vec![0; 4 << 20])]);
    refused(manifest(&[descriptor(CHART, &bomb)]).to_string(), bomb, "more than 100 times").await;
}

#[tokio::test]
async fn r23_links() {
    for kind in [tar::EntryType::Symlink, tar::EntryType::Link] {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(0);
        header.set_entry_type(kind);
        tar.append_link(&mut header, "app/Chart.lock", "/etc/passwd").unwrap();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut gzip, &tar.into_inner().unwrap()).unwrap();
        let bytes = gzip.finish().unwrap();
        refused(manifest(&[descriptor(CHART, &bytes)]).to_string(), bytes, "charts hold files only").await;
    }
}

#[tokio::test]
async fn r24_a_chart_under_a_foreign_name_or_version() {
    let other = chart::archive("other", "1.2.3", &[]);
    refused(manifest(&[descriptor(CHART, &other)]).to_string(), other, "`Chart.yaml` says name `other`")
        .await;
    let old = archive("0.1.0");
    refused(manifest(&[descriptor(CHART, &old)]).to_string(), old, "`Chart.yaml` says version `0.1.0`").await;
}
