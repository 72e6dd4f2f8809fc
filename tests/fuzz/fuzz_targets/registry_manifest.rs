//! Manifests: what is accepted means the same to readers who take the last of equal keys, who refuse them, and who
//! don't care for case, as Go's does (rules R20 and R21).
#![no_main]

use std::collections::BTreeMap;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use registry::{Descriptor, ImageManifest, Manifest, media};
use serde::Deserialize;
use serde_json::{Value, json};

const TYPES: [&str; 5] = [
    media::IMAGE_MANIFEST,
    media::IMAGE_INDEX,
    media::DOCKER_MANIFEST,
    media::DOCKER_LIST,
    "application/json",
];

/// A reader that refuses equal keys, and keys in other cases are others for it.
#[derive(Deserialize)]
struct Document {
    config: Option<Content>,
    layers: Option<Vec<Content>>,
    manifests: Option<Vec<Content>>,
    subject: Option<Content>,
}

#[derive(Deserialize)]
struct Content {
    digest: String,
    size: u64,
}

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Names of fields, and what Go takes for the same.
const NAMES: [&str; 16] = [
    "schemaVersion",
    "mediaType",
    "artifactType",
    "config",
    "layers",
    "manifests",
    "subject",
    "annotations",
    "digest",
    "size",
    "platform",
    "urls",
    "Digest",
    "SIZE",
    "layer\u{17f}",
    "\u{17f}ubject",
];

#[derive(Arbitrary, Debug)]
enum Input {
    Text(String),
    /// A manifest, with more fields than it needs.
    Image(Vec<Field>),
    Index(Vec<Field>),
}

#[derive(Arbitrary, Debug)]
struct Field {
    place: Place,
    /// Of [`NAMES`].
    name: u8,
    value: Filling,
}

#[derive(Arbitrary, Debug, PartialEq)]
enum Place {
    Document,
    Content,
    Subject,
}

#[derive(Arbitrary, Debug)]
enum Filling {
    Null,
    Number(u64),
    Digest,
    Type(u8),
    Text(String),
    Contents(u8),
    Object(Vec<(String, String)>),
}

fuzz_target!(|input: Input| {
    let text = input.to_text();
    let bytes = text.as_bytes();
    let mut meanings = 0;
    for media_type in TYPES {
        let manifest = match Manifest::parse(bytes, media_type) {
            Ok(manifest) => manifest,
            Err(error) => {
                assert!(!error.to_string().contains(char::is_control), "{error:?}");
                continue;
            }
        };
        meanings += 1;
        let strict: Document = serde_json::from_slice(bytes).expect("it was read");
        let lenient: Value = serde_json::from_slice(bytes).expect("it was read");
        one_reading(&lenient);
        match manifest {
            Manifest::Image(image) => {
                assert!(image.layers.len() <= 10);
                let content = strict.config.iter().chain(strict.layers.iter().flatten());
                same([&image.config].into_iter().chain(&image.layers), content);
                same(image.subject.iter(), strict.subject.iter());
                assert_eq!(reread(&image, media_type), Manifest::Image(image));
            }
            Manifest::Index(list) => {
                assert!(list.len() <= 100);
                same(list.iter(), strict.manifests.iter().flatten());
            }
        }
    }
    // Without a media type inside, it may be Docker's or not, which have the same meaning.
    let told = serde_json::from_slice::<Value>(bytes).is_ok_and(|value| value.get("mediaType").is_some());
    assert!(meanings <= if told { 1 } else { 2 });
});

#[track_caller]
fn same<'a>(ours: impl Iterator<Item = &'a Descriptor>, theirs: impl Iterator<Item = &'a Content>) {
    let ours: Vec<(String, u64)> = ours.map(|one| (one.digest.to_string(), one.size)).collect();
    let theirs: Vec<(String, u64)> = theirs.map(|one| (one.digest.clone(), one.size)).collect();
    assert_eq!(ours, theirs);
    let hex = |(digest, _): &(String, u64)| digest.split_once(':').is_some_and(|(_, hex)| is_hex(hex));
    assert!(ours.iter().all(hex), "{ours:?}");
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// No key of what we read is there in two spellings that are one to Go.
fn one_reading(document: &Value) {
    let places =
        ["config", "layers", "manifests", "subject"].into_iter().filter_map(|name| document.get(name));
    let contents =
        places.flat_map(|value| value.as_array().map_or_else(|| vec![value], |list| list.iter().collect()));
    for object in contents.chain([document]).filter_map(Value::as_object) {
        for name in ["config", "layers", "manifests", "subject", "digest", "size", "mediaType"] {
            let spelled: Vec<&String> = object.keys().filter(|key| fold(key) == fold(name)).collect();
            assert!(spelled.iter().all(|key| *key == name), "{spelled:?}");
        }
    }
}

/// As `encoding/json` folds keys.
fn fold(key: &str) -> String {
    key.to_uppercase().replace('\u{212a}', "K")
}

/// Written anew, it is read as the same.
fn reread(image: &ImageManifest, media_type: &str) -> Manifest {
    let descriptor = |one: &Descriptor| {
        let platform =
            one.platform.as_ref().map(|(os, architecture)| json!({"os": os, "architecture": architecture}));
        json!({
            "mediaType": one.media_type, "digest": one.digest.to_string(), "size": one.size,
            "artifactType": one.artifact_type, "platform": platform, "annotations": one.annotations,
        })
    };
    let document = json!({
        "schemaVersion": 2, "mediaType": media_type, "artifactType": image.artifact_type,
        "config": descriptor(&image.config), "layers": image.layers.iter().map(descriptor).collect::<Vec<_>>(),
        "subject": image.subject.as_ref().map(descriptor), "annotations": image.annotations,
    });
    Manifest::parse(document.to_string().as_bytes(), media_type).expect("it was read before")
}

impl Input {
    fn to_text(&self) -> String {
        let content = |place, fields: &[Field]| {
            let extra = join(fields, &place);
            format!("{{\"mediaType\":\"a/b\",\"digest\":\"{DIGEST}\",\"size\":1{extra}}}")
        };
        match self {
            Self::Text(text) => text.clone(),
            Self::Image(fields) => format!(
                "{{\"schemaVersion\":2,\"config\":{},\"layers\":[{}],\"subject\":{}{}}}",
                content(Place::Content, &[]),
                content(Place::Content, fields),
                content(Place::Subject, fields),
                join(fields, &Place::Document),
            ),
            Self::Index(fields) => format!(
                "{{\"schemaVersion\":2,\"manifests\":[{}]{}}}",
                content(Place::Content, fields),
                join(fields, &Place::Document),
            ),
        }
    }
}

fn join(fields: &[Field], place: &Place) -> String {
    fields.iter().filter(|field| field.place == *place).map(Field::to_text).collect()
}

impl Field {
    fn to_text(&self) -> String {
        let name = NAMES[usize::from(self.name) % NAMES.len()];
        format!(",{}:{}", json!(name), self.value.to_json())
    }
}

impl Filling {
    fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Number(number) => json!(number),
            Self::Digest => json!(DIGEST),
            Self::Type(number) => json!(TYPES[usize::from(*number) % TYPES.len()]),
            Self::Text(text) => json!(text),
            Self::Contents(count) => {
                let content = json!({"mediaType": "a/b", "digest": DIGEST, "size": count});
                vec![content; usize::from(*count)].into()
            }
            Self::Object(entries) => {
                entries.iter().cloned().collect::<BTreeMap<_, _>>().into_iter().collect()
            }
        }
    }
}
