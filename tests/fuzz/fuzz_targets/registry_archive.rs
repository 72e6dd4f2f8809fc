//! Archives of charts: what is unpacked is what was packed, stays below the chart's directory and within its limits
//! (rule R23), and can be packed again.
#![no_main]

use std::collections::BTreeMap;
use std::io::Write as _;

use arbitrary::Arbitrary;
use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use registry::{Chart, Overrides, package};
use tar::{EntryType, Header};

const MEBIBYTE: usize = 1 << 20;

/// Entries after a `Chart.yaml`, so that only they decide.
#[derive(Arbitrary, Debug)]
struct Input {
    entries: Vec<Entry>,
    /// What follows instead of the end of the archive.
    rest: Vec<u8>,
}

#[derive(Arbitrary, Debug)]
struct Entry {
    path: Vec<Component>,
    kind: Kind,
    content: Content,
}

#[derive(Arbitrary, Debug)]
enum Component {
    Chart,
    Up,
    Here,
    Empty,
    Letter(u8),
    Text(String),
    Long(u16),
}

#[derive(Arbitrary, Debug)]
enum Kind {
    File,
    Directory,
    /// Its content is the path of the next entry, or what is said of it.
    LongName,
    Pax,
    Other(u8),
}

#[derive(Arbitrary, Debug)]
enum Content {
    Bytes(Vec<u8>),
    Zeros(u16),
}

fuzz_target!(|input: Input| {
    let mut tar = Vec::new();
    append(&mut tar, b"app/Chart.yaml", EntryType::Regular, b"name: app\nversion: 1.0.0\n");
    for entry in &input.entries {
        append(&mut tar, entry.path().as_bytes(), entry.kind(), &entry.content());
    }
    if input.rest.is_empty() {
        tar.extend([0; 1024])
    } else {
        tar.extend(&input.rest)
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&tar).expect("memory takes it");
    let archive = gzip.finish().expect("memory takes it");
    let Ok(chart) = Chart::read(&archive) else { return };
    limits(&chart, archive.len());
    for file in chart.files.iter() {
        within(&file.path);
    }
    if input.rest.is_empty()
        && input.entries.iter().all(|entry| matches!(entry.kind, Kind::File | Kind::Directory))
    {
        what_was_packed(&chart, &input.entries);
    }
    again(&chart);
});

/// An entry whose header says what it is given, whatever that is.
fn append(tar: &mut Vec<u8>, path: &[u8], kind: EntryType, content: &[u8]) {
    let mut header = Header::new_gnu();
    for (to, from) in header.as_old_mut().name.iter_mut().zip(path) {
        *to = *from;
    }
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    tar.extend(header.as_bytes());
    tar.extend(content);
    tar.resize(tar.len().next_multiple_of(512), 0);
}

fn limits(chart: &Chart, compressed: usize) {
    let total: usize = chart.files.iter().map(|file| file.content.len()).sum();
    assert!(total <= (100 * MEBIBYTE).min(MEBIBYTE.max(100 * compressed)), "{total} bytes of {compressed}");
    assert!(chart.files.len() <= 10_000);
    assert!(chart.files.iter().all(|file| file.content.len() <= 5 * MEBIBYTE));
}

fn within(path: &str) {
    let components: Vec<&str> = path.split('/').collect();
    assert!(!components.iter().any(|component| matches!(*component, "" | "." | "..")), "{path}");
    assert!(components.iter().all(|component| component.len() <= 255) && components.len() < 32, "{path}");
    assert!(!path.contains(|letter: char| letter == '\\' || letter.is_control()), "{path}");
}

/// Nothing is left out, renamed or changed.
fn what_was_packed(chart: &Chart, entries: &[Entry]) {
    let packed = entries.iter().filter(|entry| matches!(entry.kind, Kind::File));
    let packed = packed.map(|entry| (entry.path(), entry.content()));
    // The first is its `Chart.yaml`.
    let unpacked = chart.files.iter().skip(1);
    assert!(packed.clone().count() == unpacked.len(), "{:?}", chart.files);
    for ((path, content), file) in packed.zip(unpacked) {
        let path = path.strip_prefix("./").unwrap_or(&path);
        assert_eq!(path, format!("app/{}", file.path));
        assert_eq!(unmarked(&content), &*file.content);
    }
}

/// What was read can be written, and is read as the same.
fn again(chart: &Chart) {
    let packed = package(&chart.files, &Overrides::default(), 0).expect("it was read");
    let reread = Chart::read(&packed.archive).expect("what we write, we read");
    assert_eq!(contents(&reread), contents(chart));
}

/// All but `Chart.yaml`, which is written as Helm would.
fn contents(chart: &Chart) -> BTreeMap<&str, &[u8]> {
    let files = chart.files.iter().filter(|file| file.path != "Chart.yaml");
    files.map(|file| (file.path.as_str(), unmarked(&file.content))).collect()
}

/// Without a byte order mark.
fn unmarked(content: &[u8]) -> &[u8] {
    content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content)
}

impl Entry {
    /// As it is in a header: to the first zero, and no longer than fits.
    fn path(&self) -> String {
        let components: Vec<String> = self.path.iter().map(Component::to_text).collect();
        let path = components.join("/");
        let path = path.split('\0').next().unwrap_or_default();
        path[..path.floor_char_boundary(100)].to_owned()
    }

    fn kind(&self) -> EntryType {
        match self.kind {
            Kind::File => EntryType::Regular,
            Kind::Directory => EntryType::Directory,
            Kind::LongName => EntryType::GNULongName,
            Kind::Pax => EntryType::XHeader,
            Kind::Other(byte) => EntryType::new(byte),
        }
    }

    fn content(&self) -> Vec<u8> {
        match (&self.content, &self.kind) {
            (Content::Bytes(bytes), Kind::Pax) => pax(bytes),
            (Content::Bytes(bytes), _) => bytes.clone(),
            (Content::Zeros(count), _) => vec![0; usize::from(*count) * 128],
        }
    }
}

/// What a pax header says of the next entry's path.
fn pax(path: &[u8]) -> Vec<u8> {
    let length = b" path=\n".len() + path.len();
    let digits = (1..).find(|digits| (length + digits).to_string().len() == *digits).unwrap_or_default();
    [(length + digits).to_string().as_bytes(), b" path=", path, b"\n"].concat()
}

impl Component {
    fn to_text(&self) -> String {
        match self {
            Self::Chart => "app".to_owned(),
            Self::Up => "..".to_owned(),
            Self::Here => ".".to_owned(),
            Self::Empty => String::new(),
            Self::Letter(letter) => char::from(b'a' + letter % 3).to_string(),
            Self::Text(text) => text.clone(),
            Self::Long(length) => "x".repeat(usize::from(length % 300)),
        }
    }
}
