//! Machine code that is kept, and machine code that is not believed.

use std::path::Path;

use sandbox::{Artifacts, Config, MacKey, Origin, Plugin, Precompiled, Sandbox};

use super::host::{Host, all, alone, call, request};
use super::loading::TARGET;

async fn start(directory: &Path, key: u8) -> Plugin {
    let artifacts = Artifacts { directory: directory.to_owned(), key: MacKey::from_bytes([key; 32]) };
    let sandbox = Sandbox::new(Config::new(2).with_artifacts(artifacts)).unwrap();
    let plugin = sandbox.load("program", guests::WELL_BEHAVED, all()).await.unwrap();
    let outcome = plugin.generate(&request("demo"), call(Host::default())).await.unwrap();
    assert_eq!(outcome.answer.unwrap().len(), 3);
    plugin
}

#[test]
fn kept_code_is_used_at_the_next_start() {
    alone(async {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(start(directory.path(), 1).await.origin().0, Origin::Compiled);
        assert_eq!(start(directory.path(), 1).await.origin().0, Origin::Kept);
    });
}

#[test]
fn changed_code_is_compiled_again() {
    alone(async {
        let directory = tempfile::tempdir().unwrap();
        start(directory.path(), 1).await;
        let path = fs_err::read_dir(directory.path()).unwrap().next().unwrap().unwrap().path();
        let code = fs_err::read(&path).unwrap();
        for position in [0, code.len() / 2, code.len() - 1] {
            let mut changed = code.clone();
            changed[position] ^= 1;
            fs_err::write(&path, &changed).unwrap();
            assert_eq!(start(directory.path(), 1).await.origin().0, Origin::Recompiled);
            assert_eq!(fs_err::read(&path).unwrap(), code);
        }
        fs_err::write(&path, b"").unwrap();
        assert_eq!(start(directory.path(), 1).await.origin().0, Origin::Recompiled);
    });
}

#[test]
fn another_installations_code_is_compiled_again() {
    alone(async {
        let directory = tempfile::tempdir().unwrap();
        start(directory.path(), 1).await;
        assert_eq!(start(directory.path(), 2).await.origin().0, Origin::Recompiled);
        assert_eq!(start(directory.path(), 2).await.origin().0, Origin::Kept);
    });
}

/// Code that is signed, but for another component, must not pass for it.
#[test]
fn another_components_code_is_compiled_again() {
    alone(async {
        let directory = tempfile::tempdir().unwrap();
        start(directory.path(), 1).await;
        let own = fs_err::read_dir(directory.path()).unwrap().next().unwrap().unwrap().path();
        let artifacts =
            Artifacts { directory: directory.path().to_owned(), key: MacKey::from_bytes([1; 32]) };
        let sandbox = Sandbox::new(Config::new(2).with_artifacts(artifacts)).unwrap();
        sandbox.load("other", guests::CRASH, all()).await.unwrap();
        let mut paths = fs_err::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path());
        let other = paths.find(|path| *path != own).unwrap();
        fs_err::copy(other, &own).unwrap();
        assert_eq!(start(directory.path(), 1).await.origin().0, Origin::Recompiled);
    });
}

#[test]
fn a_key_is_made_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys/artifacts.key");
    MacKey::open(&path).unwrap();
    let bytes = fs_err::read(&path).unwrap();
    MacKey::open(&path).unwrap();
    assert_eq!(fs_err::read(&path).unwrap(), bytes);
    fs_err::write(&path, b"short").unwrap();
    let error = MacKey::open(&path).unwrap_err();
    assert!(error.to_string().contains("artifacts.key"), "{error}");
}

#[test]
#[expect(unsafe_code, reason = "code that was made a line above")]
fn precompiled_code_needs_no_compiler() {
    alone(async {
        let code: &'static [u8] = sandbox::precompile(guests::WELL_BEHAVED, TARGET).unwrap().leak();
        let sandbox = Sandbox::new(Config::new(2)).unwrap();
        // SAFETY: `precompile` made it.
        let load = unsafe {
            sandbox.load_precompiled("program", Precompiled::of(guests::WELL_BEHAVED, code), all())
        };
        let plugin = load.await.unwrap();
        assert_eq!(plugin.origin().0, Origin::Precompiled);
        let outcome = plugin.generate(&request("demo"), call(Host::default())).await.unwrap();
        assert_eq!(outcome.answer.unwrap().len(), 3);
        let sandbox = Sandbox::new(Config::new(2)).unwrap();
        // SAFETY: no machine code at all.
        let load =
            unsafe { sandbox.load_precompiled("program", Precompiled::of(guests::WELL_BEHAVED, b""), all()) };
        assert_eq!(load.await.unwrap().origin().0, Origin::Recompiled);
    });
}

#[test]
fn plugins_of_one_component_share_its_code() {
    alone(async {
        let sandbox = Sandbox::new(Config::new(2)).unwrap();
        let first = sandbox.load("first", guests::WELL_BEHAVED, all()).await.unwrap();
        let second = sandbox.load("second", guests::WELL_BEHAVED, all()).await.unwrap();
        assert_eq!((first.origin(), first.name()), (second.origin(), "first"), "compiled twice");
    });
}

#[test]
fn many_loads_at_once_compile_once() {
    alone(async {
        let directory = tempfile::tempdir().unwrap();
        let artifacts =
            Artifacts { directory: directory.path().to_owned(), key: MacKey::from_bytes([1; 32]) };
        let sandbox = Sandbox::new(Config::new(2).with_artifacts(artifacts)).unwrap();
        let load = || sandbox.load("program", guests::PROBING, all());
        let (a, b, c) = tokio::join!(load(), load(), load());
        let origins = [a, b, c].map(|plugin| plugin.unwrap().origin());
        // One compilation, whose duration all of them tell.
        assert_eq!(origins[0], origins[1]);
        assert_eq!(origins[1], origins[2]);
    });
}
