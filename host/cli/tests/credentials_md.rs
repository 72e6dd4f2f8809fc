//! What docs/credentials.md says to run, runs, and answers what it says.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use test_registry::{Auth, Options, Registry, chart};

/// The blocks of `docs/credentials.md` in this language.
fn blocks(language: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/credentials.md");
    let text = fs_err::read_to_string(path).unwrap();
    let blocks = text.split("\n```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix(&format!("{language}\n"))).map(str::to_owned).collect()
}

/// The document's configuration, with a registry of this process in the place of Harbor and a folder in the place of
/// those that it names.
fn configuration(folder: &Path, host: &str) -> PathBuf {
    let configurations = blocks("yaml");
    let [text] = &configurations[..] else { panic!("there is one configuration") };
    let here = |name: &str| folder.join(name).display().to_string();
    let mut text = text.clone();
    for (name, here) in [
        ("/etc/tiphys/repositories", here("repositories")),
        ("/home/argocd/.docker/config.json", here("config.json")),
        ("/run/secrets/harbor", here("harbor")),
        ("prefix: harbor.corp/charts", format!("prefix: \"{host}/charts\"")),
    ] {
        assert!(text.contains(name), "`{name}` is not in the configuration");
        text = text.replace(name, &here);
    }
    text.push_str(&format!("\n- {{prefix: \"{host}\", plainHttp: true}}\n"));
    fs_err::create_dir(folder.join("repositories")).unwrap();
    fs_err::write(folder.join("config.json"), "{}").unwrap();
    fs_err::write(folder.join("harbor"), "secret").unwrap();
    fs_err::write(folder.join("tiphys.yaml"), text).unwrap();
    folder.join("tiphys.yaml")
}

#[tokio::test(flavor = "multi_thread")]
async fn its_commands_run_and_answer_what_it_says() {
    let registry = Registry::start(Options { auth: Auth::token("ci", "secret"), ..Options::default() }).await;
    registry.push_chart("charts/web", "1.2.3", &chart::archive("web", "1.2.3", &[]));
    let host = registry.host();
    let folder = tempfile::tempdir().unwrap();
    let config = configuration(folder.path(), &host);
    let commands: Vec<String> =
        blocks("sh").iter().flat_map(|block| block.lines()).map(str::to_owned).collect();
    let mut answers = Vec::new();
    for command in &commands {
        let arguments = command.strip_prefix("tiphys ").unwrap().replace("harbor.corp", &host);
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiphys"));
        command.env_clear().arg("--config").arg(&config).arg("--cache").arg(folder.path());
        command.args(arguments.split_whitespace());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(output.status.success(), "`{arguments}`: {}", String::from_utf8_lossy(&output.stderr));
        let answer = String::from_utf8(output.stdout).unwrap();
        answers.push(
            answer.replace(&format!("http://{host}"), "https://harbor.corp").replace(&host, "harbor.corp"),
        );
    }
    let [explained, as_json, tested] = &answers[..] else { panic!("three commands, not {commands:?}") };
    let said = blocks("text");
    assert_eq!([explained.trim_end(), tested.trim_end()], [said[0].trim_end(), said[1].trim_end()]);
    let json: serde_json::Value = serde_json::from_str(as_json).unwrap();
    assert_eq!(json["outcome"]["result"], "anonymous");
    assert_eq!(json["passedOver"][0]["label"], "tiphys.yaml: harbor.corp/charts");
}
