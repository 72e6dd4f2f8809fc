//! The values that the application's author gives, from wherever they are.

use helm::{Chart, ValuesFile, ValuesSources};
use sdk::registry::ChartRequest;
use sdk::{Failure, Request};

use crate::chart_source::ValuesFrom;
use crate::settings::{Settings, ValuesSettings};

/// The name that errors have for values that are not in a file.
const INLINE: &str = "values of the application";

/// All values in Helm's order. Files are looked for in the application's directory, then in `chart`.
pub(crate) fn collect(
    settings: &Settings,
    chart: &Chart,
    request: &Request,
) -> Result<ValuesSources, Failure> {
    let values = &settings.values;
    let mut files = Vec::new();
    for from in &values.from {
        files.extend(fetch(from)?);
    }
    for path in &values.files {
        files.extend(find(path, values, chart, request)?);
    }
    if let Some(text) = &values.inline {
        files.push(ValuesFile { path: INLINE.to_owned(), content: text.clone().into_bytes() });
    }
    Ok(ValuesSources {
        files,
        set_json: values.set_json.clone(),
        set: values.set.clone(),
        set_string: values.set_string.clone(),
        set_file: values.set_file.clone(),
        set_literal: values.set_literal.clone(),
        set_file_contents: contents(&values.set_file, request)?,
    })
}

/// Values files out of another chart in a registry.
fn fetch(from: &ValuesFrom) -> Result<Vec<ValuesFile>, Failure> {
    let chart = sdk::registry::pull_chart(ChartRequest {
        repository: from.repo_url.clone(),
        name: from.chart.clone(),
        version: from.target_revision.clone(),
    })?;
    let files = chart.files();
    let pick = |path: &String| {
        let file = files.iter().find(|file| file.path == *path);
        let missing = || {
            let message = format!("`{path}` is not in `{}` {}", from.repo_url, chart.version());
            Failure::application(message).with_hint("`valuesFrom.paths` are paths in the artifact")
        };
        file.map(|file| ValuesFile { path: path.clone(), content: file.content.clone() }).ok_or_else(missing)
    };
    from.paths.iter().map(pick).collect()
}

/// The files that one entry of `valueFiles` names.
fn find(
    path: &str,
    values: &ValuesSettings,
    chart: &Chart,
    request: &Request,
) -> Result<Vec<ValuesFile>, Failure> {
    let place = in_repository(path, request);
    if let Some(content) = read(path, &place)? {
        return Ok(vec![ValuesFile { path: path.to_owned(), content }]);
    }
    if path.contains(['*', '?', '[', '{']) {
        let found = sdk::source::read_all(&[&place])?;
        if !found.is_empty() {
            return Ok(found
                .into_iter()
                .map(|file| ValuesFile { path: file.path, content: file.content })
                .collect());
        }
    }
    if let Some(file) = chart.files().iter().find(|file| file.path == path) {
        return Ok(vec![ValuesFile { path: path.to_owned(), content: file.content.as_bytes().to_vec() }]);
    }
    if values.ignore_missing {
        return Ok(Vec::new());
    }
    Err(Failure::application(format!("open {path}: no such file or directory"))
        .with_hint("paths are relative to the application's directory; `ignoreMissingValueFiles: true` leaves out what is not there"))
}

/// The file at `place` in the repository. Those of another source may be there under the name that the author has for
/// them.
fn read(path: &str, place: &str) -> Result<Option<Vec<u8>>, Failure> {
    if path.starts_with('$')
        && let Some(content) = sdk::source::read(path)?
    {
        return Ok(Some(content));
    }
    sdk::source::read(place)
}

/// `/x` and `$REF/x` are relative to the root of the repository, from which the application's
/// directory is as deep as its path has components.
fn in_repository(path: &str, request: &Request) -> String {
    let from_root = match path.strip_prefix('$') {
        Some(rest) => rest.split_once('/').map(|(_, rest)| rest),
        None => path.strip_prefix('/'),
    };
    let Some(rest) = from_root else { return path.to_owned() };
    let depth =
        request.application.source.path.split('/').filter(|part| !part.is_empty() && *part != ".").count();
    format!("{}{rest}", "../".repeat(depth))
}

/// The contents of the files that `--set-file` arguments name.
fn contents(lines: &[String], request: &Request) -> Result<Vec<ValuesFile>, Failure> {
    let mut files: Vec<ValuesFile> = Vec::new();
    for path in lines.iter().flat_map(|line| paths(line)) {
        if files.iter().any(|file| file.path == path) {
            continue;
        }
        if let Some(content) = read(&path, &in_repository(&path, request))? {
            files.push(ValuesFile { path, content });
        }
    }
    Ok(files)
}

/// The paths in `KEY=PATH,KEY=PATH`, where a backslash takes the next letter as it is.
fn paths(line: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut path: Option<String> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (letter, &mut path) {
            ('\\', path) => {
                let escaped = letters.next();
                if let Some(path) = path {
                    path.extend(escaped);
                }
            }
            ('=', none @ None) => *none = Some(String::new()),
            (',', some) => paths.extend(some.take()),
            (letter, Some(path)) => path.push(letter),
            (_, None) => {}
        }
    }
    paths.extend(path);
    paths
}
