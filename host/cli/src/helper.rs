//! Credential helpers: programs that keep the secrets of the person at the keyboard (rule R32: never in the sidecar).

use std::io::Write as _;
use std::process::{Command, Stdio};

use credentials::{Helpers, Secret};
use serde::Deserialize;

/// Runs `docker-credential-NAME get`.
pub(crate) struct DockerHelpers;

/// What a helper prints.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: Secret,
}

impl Helpers for DockerHelpers {
    fn ask(&self, helper: &str, server: &str) -> Result<Option<(String, Secret)>, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if helper.is_empty() || !helper.chars().all(plain) {
            return Err(format!("`{}` is not the name of a credential helper", helper.escape_debug()));
        }
        let program = format!("docker-credential-{helper}");
        let output = run(&program, server).map_err(|error| format!("failed to run `{program}`: {error}"))?;
        // Helpers say so on stdout and fail; what they print else may be anybody's secret.
        if !output.status.success() {
            let absent = String::from_utf8_lossy(&output.stdout).contains("credentials not found");
            return if absent { Ok(None) } else { Err(format!("`{program}` ended with {}", output.status)) };
        }
        let answer: Answer = serde_json::from_slice(&output.stdout)
            .map_err(|_| format!("`{program}` printed no credential"))?;
        Ok(Some((answer.username, answer.secret)))
    }
}

fn run(program: &str, server: &str) -> std::io::Result<std::process::Output> {
    let mut child = Command::new(program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(server.as_bytes())?;
    }
    child.wait_with_output()
}
