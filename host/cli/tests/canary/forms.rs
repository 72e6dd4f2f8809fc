//! Secrets that are easy to find, and where they are looked for.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A secret of its own for each place, so that a find says where it came from.
pub(crate) fn canary(name: &str) -> String {
    format!("canary-{name}/+=?&-yranac")
}

/// The forms in which a secret could be written.
pub(crate) fn forms(secret: &str) -> Vec<String> {
    // What is encoded together with something before it is shifted by up to two bytes; the middle stays the same.
    let shifted = (0..3).flat_map(|shift| {
        let padded = format!("{}{secret}", "x".repeat(shift));
        [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)]
            .map(|text| text[4..text.len() - 4].to_owned())
    });
    let escaped = |safe: &str| -> String {
        let escape = |byte: u8| match byte {
            byte if byte.is_ascii_alphanumeric() || safe.as_bytes().contains(&byte) => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        };
        secret.bytes().map(escape).collect()
    };
    let mut forms = vec![secret.to_owned(), hex::encode(secret), hex::encode_upper(secret)];
    forms.extend([escaped("-"), escaped("-_.~/"), escaped("").to_lowercase()]);
    forms.extend(shifted);
    forms
}

/// Everything that came out.
#[derive(Default)]
pub(crate) struct Haystack(Vec<(String, Vec<u8>)>);

impl Haystack {
    pub(crate) fn add(&mut self, text: &str) {
        self.0.push(("output".to_owned(), text.as_bytes().to_vec()));
    }

    /// Every file below `folder`.
    pub(crate) fn add_files(&mut self, folder: &Path) {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.add_files(&path);
            } else if path.is_file() {
                self.0.push((path.display().to_string(), fs_err::read(&path).unwrap()));
            }
        }
    }

    pub(crate) fn contains(&self, text: &str) -> bool {
        self.0.iter().any(|(_, bytes)| find(bytes, text).is_some())
    }

    /// Fails if a canary is anywhere in any form.
    #[track_caller]
    pub(crate) fn assert_free_of(&self, canaries: &[String]) {
        let size: usize = self.0.iter().map(|(_, bytes)| bytes.len()).sum();
        for secret in canaries {
            for form in forms(secret) {
                for (place, bytes) in &self.0 {
                    let Some(found) = find(bytes, &form) else { continue };
                    let around = &bytes[found.saturating_sub(300)..bytes.len().min(found + 100)];
                    panic!("`{secret}` as `{form}` in {place}: {}", String::from_utf8_lossy(around));
                }
            }
        }
        println!("{} canaries in {} places, {size} bytes", canaries.len(), self.0.len());
    }
}

fn find(bytes: &[u8], text: &str) -> Option<usize> {
    memchr::memmem::find(bytes, text.as_bytes())
}
