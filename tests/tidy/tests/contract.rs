//! The contract is frozen: plugins that were built against it keep loading for ever.

#![expect(clippy::unwrap_used, reason = "a test")]

use sha2::{Digest as _, Sha256};

/// Released folder of `wit/` → digest over its files. A released folder changes by a decision alone: an
/// addition that old plugins do not notice. Everything else is a sibling folder.
const RELEASED: &[(&str, &str)] =
    &[("v0.1", "458271d4d81d2e8034978a09d98ba14fcc321215db7697619bdbf8330eeb8f00")];

fn digest(folder: &str) -> String {
    let folder = tidy::root().join("wit").join(folder);
    let mut files = tidy::files(&folder, ".wit");
    files.sort();
    let mut hasher = Sha256::new();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        for part in [name.into_bytes(), fs_err::read(&path).unwrap()] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hex::encode(hasher.finalize())
}

#[test]
fn released_folders_do_not_change() {
    for (folder, frozen) in RELEASED {
        assert_eq!(digest(folder), *frozen, "wit/{folder} is released, and was changed");
    }
}

#[test]
fn every_folder_is_frozen_or_the_newest() {
    let folders = fs_err::read_dir(tidy::root().join("wit")).unwrap();
    let mut names: Vec<_> = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.pop();
    for name in names {
        assert!(RELEASED.iter().any(|(folder, _)| *folder == name), "wit/{name} is not frozen");
    }
}
