//! Helm's flags become parameters of the Helm plugin.

use std::collections::BTreeMap;

use generate::{Parameter, ParameterValue};

use super::input::text;
use crate::args::RenderArgs;
use crate::exit::{Code, Failure};

/// The parameters that the flags stand for.
pub(super) fn parameters(args: &RenderArgs) -> Result<Vec<Parameter>, Failure> {
    let (release, values) = (&args.release, &args.values);
    let mut parameters = Vec::new();
    for (name, value) in [
        ("release-name", &release.name),
        ("namespace", &release.namespace),
        ("helm-version", &release.helm_version),
    ] {
        parameters.extend(value.as_ref().map(|value| text(name, value)));
    }
    for (name, on) in [
        ("skip-crds", !release.include_crds),
        ("skip-tests", release.skip_tests),
        ("skip-hooks", release.no_hooks),
        ("skip-schema-validation", release.skip_schema_validation),
        ("is-upgrade", release.is_upgrade),
    ] {
        parameters.extend(on.then(|| text(name, "true")));
    }
    for (name, items) in [
        ("value-files", &values.values),
        ("set", &values.set),
        ("set-string", &values.set_string),
        ("set-json", &values.set_json),
        ("set-file", &values.set_file),
        ("set-literal", &values.set_literal),
        ("show-only", &release.show_only),
    ] {
        let value = ParameterValue::Items(items.clone());
        parameters.extend((!items.is_empty()).then(|| Parameter { name: name.to_owned(), value }));
    }
    for parameter in &args.parameters {
        let (name, value) = parameter
            .split_once('=')
            .ok_or_else(|| Failure::usage(format!("`--parameter {parameter}` is not `NAME=TEXT`")))?;
        parameters.push(text(name, value));
    }
    Ok(parameters)
}

/// The files that flags name, which may be anywhere on this machine.
pub(super) fn files(args: &RenderArgs) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let named = args.values.set_file.iter().filter_map(|line| line.split_once('=')).map(|(_, path)| path);
    let mut files = BTreeMap::new();
    for path in args.values.values.iter().map(String::as_str).chain(named) {
        match fs_err::read(path) {
            Ok(content) => drop(files.insert(path.to_owned(), content)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::new(Code::Failed, error)),
        }
    }
    Ok(files)
}
