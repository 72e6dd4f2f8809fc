//! `make demo` does what it says.

use std::process::Command;

#[test]
fn it_goes_from_a_registry_to_manifests() {
    let demo = std::path::Path::new(env!("CARGO_BIN_EXE_demo"));
    let tiphys = demo.with_file_name("tiphys");
    assert!(tiphys.exists(), "`{}` is built by `make test` and `make demo`", tiphys.display());
    let output = Command::new(demo).arg(tiphys).output().unwrap();
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}{errors}");
    for expected in [
        "pushed: oci://localhost:",
        "sidecar ready",
        "kind: Deployment",
        "replicas: 3",
        "kind: StatefulSet",
        "chart=storefront version=1.4.0 digest=sha256:",
        "0 requests",
    ] {
        assert!(text.contains(expected), "`{expected}` is not in\n{text}{errors}");
    }
    assert!(!text.contains("battery"), "the password is shown:\n{text}");
}
