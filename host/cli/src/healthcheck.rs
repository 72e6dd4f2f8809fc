//! `tiphys healthcheck`: asks every socket of a running `tiphys serve`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::args::{Form, HealthcheckArgs};
use crate::exit::{Code, Failure};
use crate::report;

/// Succeeds if there are sockets and each answers that it serves.
pub(crate) async fn healthcheck(args: HealthcheckArgs) -> Result<Code, Failure> {
    let sockets = sockets(&args.sockets.folder)?;
    if sockets.is_empty() {
        let message = format!("there is no socket in `{}`", args.sockets.folder.display());
        return Err(
            Failure::platform(message).with_hint("is `tiphys serve` running, with the same `--sockets`?")
        );
    }
    let mut answers = Vec::new();
    for socket in &sockets {
        let answer = cmp::check_health(socket, Duration::from_secs(args.timeout)).await;
        answers.push((socket, answer.map_err(|error| error.to_string())));
    }
    let healthy = answers.iter().all(|(_, answer)| answer.is_ok());
    match args.output {
        Form::Json => report::data(&format!("{}\n", as_json(healthy, &answers))),
        Form::Text => report::data(&as_text(&answers)),
    };
    Ok(if healthy { Code::Success } else { Code::Failed })
}

type Answer<'a> = (&'a PathBuf, Result<(), String>);

fn as_json(healthy: bool, answers: &[Answer<'_>]) -> serde_json::Value {
    let socket = |(path, answer): &Answer<'_>| json!({ "path": path, "healthy": answer.is_ok(), "error": answer.as_ref().err() });
    json!({ "healthy": healthy, "sockets": answers.iter().map(socket).collect::<Vec<_>>() })
}

fn as_text(answers: &[Answer<'_>]) -> String {
    let line = |(path, answer): &Answer<'_>| match answer {
        Ok(()) => format!("{}: serving\n", path.display()),
        Err(error) => format!("{}: {error}\n", path.display()),
    };
    answers.iter().map(line).collect()
}

fn sockets(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    use std::os::unix::fs::FileTypeExt as _;

    let entries = fs_err::read_dir(folder).map_err(Failure::platform)?;
    let is_socket = |entry: &fs_err::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_socket());
    let mut sockets: Vec<PathBuf> = entries.flatten().filter(is_socket).map(|entry| entry.path()).collect();
    sockets.sort();
    Ok(sockets)
}
