//! A sidecar while it runs.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cmp_client::{Archive, Connection, GENERATE, Manifests, Upload};

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n";

/// A sidecar with its files in a folder of its own. It ends with the test.
struct Sidecar {
    folder: tempfile::TempDir,
    process: Child,
}

impl Sidecar {
    fn start(configuration: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("tiphys.yaml"), configuration).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_tiphys"))
            .current_dir(folder.path())
            .args(["--cache", "cache", "--config", "tiphys.yaml", "serve", "--sockets", "plugins"])
            .stderr(fs_err::File::create(folder.path().join("log")).unwrap().into_file())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let sidecar = Self { folder, process };
        sidecar.wait("it is serving", || sidecar.log().contains("helm-0."));
        sidecar
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn log(&self) -> String {
        fs_err::read_to_string(self.path("log")).unwrap()
    }

    /// Puts another configuration in place, as Kubernetes does, and says so.
    fn configure(&self, configuration: &str) {
        fs_err::write(self.path("next"), configuration).unwrap();
        fs_err::rename(self.path("next"), self.path("tiphys.yaml")).unwrap();
        let told = Command::new("kill").args(["-HUP", &self.process.id().to_string()]).status().unwrap();
        assert!(told.success());
    }

    /// The name of the release in the only manifest.
    fn release(&self) -> String {
        let chart = Archive::new().file("Chart.yaml", CHART).file("templates/map.yaml", TEMPLATE);
        let answer = Connection::open(&self.path("plugins/helm.sock")).call(
            GENERATE,
            &Upload::new(chart.tgz()).messages(),
            "60S",
        );
        let manifests = answer.decode::<Manifests>().manifests;
        let object: serde_json::Value = serde_json::from_str(&manifests[0]).unwrap();
        object["metadata"]["name"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn wait(&self, what: &str, ready: impl Fn() -> bool) {
        let end = Instant::now() + Duration::from_secs(60);
        while !ready() {
            assert!(Instant::now() < end, "it never came to `{what}`:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn configuration(release: &str) -> String {
    format!(
        "plugins:\n- name: helm\n  component: builtin:helm\n  grants: {{registry: [\"oci://**\"]}}\n  parameters: {{release-name: {release}}}\n"
    )
}

#[test]
fn a_changed_configuration_is_put_in_force_and_a_broken_one_is_not() {
    let sidecar = Sidecar::start(&configuration("first"));
    assert_eq!(sidecar.release(), "first");

    sidecar.configure(&configuration("second"));
    sidecar.wait("the new parameters", || sidecar.release() == "second");

    sidecar.configure("plugins: many\n");
    sidecar.wait("an error in the log", || sidecar.log().contains("the last one stays in force"));
    assert!(sidecar.log().contains("`plugins`: expected"), "{}", sidecar.log());
    assert_eq!(sidecar.release(), "second");

    let other = configuration("third").replace("name: helm\n", "name: charts\n");
    sidecar.configure(&other);
    sidecar.wait("the advice to restart", || sidecar.log().contains("restart `tiphys serve`"));
    assert_eq!(sidecar.release(), "second");
}

#[test]
fn a_file_that_is_no_component_is_refused() {
    let component = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tiphys.yaml");
    let text = format!("plugins:\n- {{name: other, component: \"file:{}\"}}\n", component.display());
    fs_err::write(&file, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tiphys"))
        .current_dir(folder.path())
        .args(["--cache", "cache", "--config", "tiphys.yaml", "serve", "--sockets", "plugins"])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(errors.contains("other"), "{errors}");
}
