//! Components that are no plugins, or want what they were not granted.

use sandbox::{Blame, Capability, Grants, LoadError, Unfit};

use super::host::{Host, all, alone, call, endure, load, request, sandbox};

async fn refused(component: &[u8], grants: Grants) -> LoadError {
    match sandbox().load("program", component, grants).await {
        Ok(_) => panic!("it was loaded"),
        Err(error) => error,
    }
}

#[test]
pub(crate) fn ungranted_import() {
    alone(async {
        let without: Grants =
            Capability::ALL.into_iter().filter(|capability| *capability != Capability::Network).collect();
        let error = refused(guests::UNGRANTED_IMPORT, without).await;
        assert_eq!(
            error.to_string(),
            "failed to load plugin `program`: the component imports `tiphys:plugin/network`, \
             which the operator did not grant"
        );
        assert_eq!(
            error.hint().unwrap(),
            "under plugin `program`: `grants: {network: [\"https://HOST/**\"]}`"
        );
        assert_eq!(error.blame(), Blame::Platform);
    });
}

#[test]
pub(crate) fn network_alone_is_enough_for_its_handles() {
    alone(async {
        let network = Grants::NONE.with(Capability::Network);
        let plugin = sandbox().load("program", guests::UNGRANTED_IMPORT, network).await.unwrap();
        let outcome = plugin.generate(&request("demo"), call(Host::default())).await.unwrap();
        let answer = outcome.answer.unwrap();
        assert_eq!(answer[0], r#"200 [("content-type", "text/plain")] ok"#);
        assert!(answer[1].contains("header `Cookie` is not for plugins to set"), "{}", answer[1]);
    });
}

#[test]
pub(crate) fn every_ungranted_import_is_named() {
    alone(async {
        let error = refused(guests::EVERYTHING, Grants::NONE).await;
        let Unfit::Ungranted(capabilities) = &*error.reason else { panic!("{error}") };
        let mut named = capabilities.clone();
        named.sort();
        assert_eq!(named, Capability::ALL);
    });
}

#[test]
pub(crate) fn two_exports() {
    alone(async {
        let outcome = endure(guests::TWO_EXPORTS).await.unwrap();
        assert_eq!(outcome.answer.unwrap(), ["done"]);
    });
}

#[test]
pub(crate) fn what_is_no_component_is_called_what_it_is() {
    alone(async {
        let error = refused(b"\0asm\x01\0\0\0", all()).await;
        assert!(matches!(&*error.reason, Unfit::CoreModule), "{error}");
        assert!(error.hint().unwrap().contains("wasm32-wasip2"));
        let error = refused(b"#!/bin/sh", all()).await;
        assert!(matches!(&*error.reason, Unfit::NotWebAssembly), "{error}");
        let error = refused(b"\0asm\x0d\0\x01\0", all()).await;
        assert!(matches!(&*error.reason, Unfit::NoGenerator(exports) if exports.is_empty()), "{error}");
        let error = refused(b"\0asm\x0d\0\x01\0\xff\xff", all()).await;
        assert!(matches!(&*error.reason, Unfit::Compile(_)), "{error}");
        let code = sandbox::precompile(guests::CRASH, TARGET).unwrap();
        let error = refused(&code, all()).await;
        assert!(matches!(&*error.reason, Unfit::MachineCode), "{error}");
    });
}

/// A component with many memories is refused when it is loaded, before anything runs.
#[test]
pub(crate) fn many_memories() {
    alone(async {
        let error = refused(&component_with_memories(100), all()).await;
        assert!(matches!(&*error.reason, Unfit::Compile(_)), "{error}");
        load(guests::WELL_BEHAVED).await;
    });
}

/// A component of one core module, instantiated, that has so many memories and nothing else.
fn component_with_memories(count: u8) -> Vec<u8> {
    let memories: Vec<u8> = [count].into_iter().chain((0..count).flat_map(|_| [0, 1])).collect();
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    section(&mut module, 5, &memories);
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    section(&mut component, 1, &module);
    // One core instance: module 0, no arguments.
    section(&mut component, 2, &[1, 0, 0, 0]);
    component
}

fn section(binary: &mut Vec<u8>, id: u8, content: &[u8]) {
    let len = content.len();
    binary.extend([id, (len & 0x7f) as u8 | 0x80, (len >> 7) as u8]);
    binary.extend(content);
}

#[cfg(target_arch = "x86_64")]
pub(crate) const TARGET: &str = "x86_64-unknown-linux-gnu";
#[cfg(target_arch = "aarch64")]
pub(crate) const TARGET: &str = "aarch64-unknown-linux-gnu";

#[test]
pub(crate) fn early_riser() {
    alone(async {
        let snapshot = sandbox::snapshot(guests::EARLY_RISER).unwrap();
        for (component, name) in [(guests::EARLY_RISER, "described-0"), (&*snapshot, "described-1")] {
            let plugin = load(component).await;
            // Each call begins where the snapshot was taken, not where the last call ended.
            for _ in 0..2 {
                let outcome = plugin.generate(&request("demo"), call(Host::default())).await.unwrap();
                let answer = outcome.answer.unwrap().concat();
                assert!(answer.contains(name), "{answer}");
            }
        }
        assert_eq!(snapshot, sandbox::snapshot(guests::EARLY_RISER).unwrap(), "it differs from time to time");
    });
}

#[test]
fn only_plugins_have_snapshots() {
    let refused = |component: &[u8]| sandbox::snapshot(component).map(drop).unwrap_err().to_string();
    assert_eq!(refused(b"\0asm\x0d\0\x01\0"), "the component exports no `describe`");
    assert_eq!(refused(b"text"), "wasm validation failed");
}
