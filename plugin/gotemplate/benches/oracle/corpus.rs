//! The templates of real charts, if the corpus is there.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::read::GzDecoder;
use gotemplate::{Function, Functions, Signature, Str, Template, Type, Value};
use serde_json::json;

use crate::case::Case;
use crate::{Bench, Runs};

/// Charts with many or with large templates.
const CHARTS: &[&str] = &["argoproj-argo-cd", "bitnami-airflow", "grafana-loki-stack", "kyverno-kyverno"];

/// One bench a chart: all of its templates are parsed, and one of them is executed.
pub(crate) fn benches() -> Vec<Bench> {
    let charts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/charts");
    if !charts.is_dir() {
        println!("the corpus is not at `{}`", charts.display());
        return Vec::new();
    }
    CHARTS.iter().map(|name| bench(name, &charts.join(format!("{name}.tgz")))).collect()
}

fn bench(name: &str, archive: &Path) -> Bench {
    let mut texts = templates(archive);
    let functions = functions(&texts);
    // The functions here are not Helm's, so the templates cannot be executed; a short one stands for them.
    texts.push((Str::from("main"), Str::from("{{.Release.Name}}")));
    let data = json!({"Release": {"Name": "r"}});
    Bench {
        name: format!("{name}: {} files", texts.len() - 1),
        case: Case { texts, data, missing_key: None },
        functions,
        runs: Runs::Nothing,
    }
}

fn templates(archive: &Path) -> Vec<(Str, Str)> {
    let file = fs_err::File::open(archive).expect("the chart is there");
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    let mut texts = Vec::new();
    for entry in archive.entries().expect("a tar archive") {
        let mut entry = entry.expect("an entry");
        let path: PathBuf = entry.path().expect("a path").into_owned();
        if path.components().any(|part| part.as_os_str() == "templates") {
            let mut text = Vec::new();
            entry.read_to_end(&mut text).expect("a file");
            texts.push((Str::from(path.to_string_lossy()), Str::from(text)));
        }
    }
    texts
}

/// The functions that the texts call: those that parsing does not know, until it knows all.
fn functions(texts: &[(Str, Str)]) -> BTreeSet<String> {
    let mut known = Functions::builtins();
    let mut names = BTreeSet::new();
    for (name, text) in texts {
        while let Err(error) = Template::parse(name.clone(), text.clone(), &Arc::new(known.clone())) {
            let message = error.to_string();
            let unknown = message.split_once("function \"").and_then(|(_, rest)| rest.split_once('"'));
            let (unknown, _) = unknown.unwrap_or_else(|| panic!("{message}"));
            let signature = Signature::new(&[Type::Any], Type::Any).variadic();
            known.insert(Function::new(unknown.to_owned().leak(), signature, |_, _| Ok(Value::Nil)));
            names.insert(unknown.to_owned());
        }
    }
    names.remove("include");
    names.remove("tpl");
    names
}
