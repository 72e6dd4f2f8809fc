//! `tiphys render` of a chart that is in the cache, start of the process included.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use test_registry::{Options, Registry, chart};

use crate::row;

/// Processes that are measured.
const ROUNDS: usize = 30;
const TEMPLATE: &[u8] = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n";

pub(crate) fn measure(folder: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let registry = runtime.block_on(Registry::start(Options::default()));
    let archive = chart::archive("web", "1.0.0", &[("templates/map.yaml", TEMPLATE)]);
    registry.push_chart("charts/web", "1.0.0", &archive);
    let configuration = folder.join("render.yaml");
    fs_err::write(
        &configuration,
        format!("registries:\n- {{prefix: \"{}\", plainHttp: true}}\n", registry.host()),
    )
    .unwrap();
    let reference = format!("oci://{}/charts/web:1.0.0", registry.host());
    let render = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiphys"));
        command.args(["render", &reference, "--config"]).arg(&configuration);
        command.env("XDG_CACHE_HOME", folder.join("home")).env("HOME", folder.join("home"));
        let begun = Instant::now();
        let output = command.output().unwrap();
        let took = begun.elapsed();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        took
    };
    render();
    let times: Vec<Duration> = (0..ROUNDS).map(|_| render()).collect();
    println!("tiphys render of a chart in the cache, with the start of the process: {}", row(&times));
}
