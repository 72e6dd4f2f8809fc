use super::*;

const A: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn layer() -> String {
    format!(r#"{{"mediaType":"{}","digest":"{A}","size":5}}"#, media::CHART)
}

fn manifest(extra: &str) -> String {
    let config = format!(r#"{{"mediaType":"{}","digest":"{A}","size":2}}"#, media::CHART_CONFIG);
    format!(
        r#"{{"schemaVersion":2,"mediaType":"{}","config":{config},"layers":[{}]{extra}}}"#,
        media::IMAGE_MANIFEST,
        layer()
    )
}

fn refuse(text: &str) -> ManifestError {
    Manifest::parse(text.as_bytes(), media::IMAGE_MANIFEST).expect_err(text)
}

#[test]
fn a_chart() {
    let text = manifest(r#","annotations":{"org.opencontainers.image.title":"app"}"#);
    let Manifest::Image(image) = Manifest::parse(text.as_bytes(), media::IMAGE_MANIFEST).unwrap() else {
        panic!("not an image");
    };
    assert_eq!(image.layers[0].digest.to_string(), A);
    assert_eq!(image.layers[0].size, 5);
    assert_eq!(image.annotations["org.opencontainers.image.title"], "app");
}

#[test]
fn what_two_readers_could_understand_differently() {
    assert!(matches!(refuse(&manifest(r#","layers":[]"#)), ManifestError::Json(_)), "duplicate key");
    assert!(matches!(refuse(&manifest(r#","x":{"a":1,"a":2}"#)), ManifestError::Json(_)), "duplicate inside");
    assert_eq!(refuse(&manifest(r#","Layers":[]"#)), ManifestError::Case("Layers".to_owned()));
    assert_eq!(
        refuse(&manifest(r#","layerſ":[]"#)),
        ManifestError::Case("layerſ".to_owned()),
        "equal for Go"
    );
    assert_eq!(refuse(&manifest(r#","manifests":[]"#)), ManifestError::Ambiguous);
    assert!(matches!(refuse(&format!("{}{{}}", manifest(""))), ManifestError::Json(_)), "trailing data");
    let announced = Manifest::parse(manifest("").as_bytes(), media::IMAGE_INDEX);
    assert!(matches!(announced, Err(ManifestError::MediaType { .. })), "{announced:?}");
}

#[test]
fn digests_sizes_and_versions_are_strict() {
    assert_eq!(refuse(&manifest("").replace(A, "sha256:../../../secret")), ManifestError::Field("digest"));
    assert_eq!(
        refuse(&manifest("").replace(A, "md5:d41d8cd98f00b204e9800998ecf8427e")),
        ManifestError::Field("digest")
    );
    assert_eq!(refuse(&manifest("").replace("\"size\":5", "\"size\":-5")), ManifestError::Field("size"));
    assert_eq!(
        refuse(&manifest("").replace("\"schemaVersion\":2", "\"schemaVersion\":1")),
        ManifestError::Field("schemaVersion")
    );
}

#[test]
fn an_index_and_what_it_is_about() {
    let read = |subject: &str| {
        let text = format!(r#"{{"schemaVersion":2,"manifests":[{}],"subject":{subject}}}"#, layer());
        Manifest::parse(text.as_bytes(), media::IMAGE_INDEX)
    };
    for subject in [layer(), "null".to_owned()] {
        let Ok(Manifest::Index(list)) = read(&subject) else { panic!("{subject} is refused") };
        assert_eq!(list[0].digest.to_string(), A);
    }
    assert!(matches!(read("\"text\""), Err(ManifestError::Field(_))));
}

#[test]
fn limits() {
    let many = vec![layer(); 11].join(",");
    let text = manifest("").replace(&layer(), &many);
    assert_eq!(refuse(&text), ManifestError::TooMany { what: "layers", limit: 10 });
    let long = format!(r#","annotations":{{"a":"{}"}}"#, "x".repeat(70_000));
    assert!(matches!(refuse(&manifest(&long)), ManifestError::TooMany { .. }));
    let deep = format!(r#","x":{}{}"#, "[".repeat(40), "]".repeat(40));
    assert!(matches!(refuse(&manifest(&deep)), ManifestError::TooMany { what: "levels", .. }));
    let abyss = "[".repeat(100_000);
    assert!(matches!(refuse(&abyss), ManifestError::Json(_)));
}
