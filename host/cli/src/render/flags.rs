//! Helm's flags become parameters of the Helm plugin.

use std::collections::BTreeMap;

use generate::{Parameter, ParameterValue};

use super::input::text;
use crate::args::InputArgs;
use crate::exit::{Code, Failure};

/// The parameters that the flags stand for.
pub(super) fn parameters(args: &InputArgs) -> Result<Vec<Parameter>, Failure> {
    let release = &args.release;
    // The first of a name counts.
    let mut parameters = given(args)?;
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
    parameters.extend(lists(args));
    Ok(parameters)
}

/// Values, and the templates that are wanted.
fn lists(args: &InputArgs) -> impl Iterator<Item = Parameter> {
    let (release, values) = (&args.release, &args.values);
    let lists = [
        ("value-files", &values.values),
        ("set", &values.set),
        ("set-string", &values.set_string),
        ("set-json", &values.set_json),
        ("set-file", &values.set_file),
        ("set-literal", &values.set_literal),
        ("show-only", &release.show_only),
    ];
    lists
        .into_iter()
        .filter(|(_, items)| !items.is_empty())
        .map(|(name, items)| Parameter { name: name.to_owned(), value: ParameterValue::Items(items.clone()) })
}

/// What a person said of an Application: it wins over what is written there.
pub(super) fn of_application(args: &InputArgs) -> Result<Vec<Parameter>, Failure> {
    let helm_version = args.release.helm_version.as_ref().map(|version| text("helm-version", version));
    let switches = [
        ("skip-tests", args.release.skip_tests),
        ("skip-hooks", args.release.no_hooks),
        ("skip-schema-validation", args.release.skip_schema_validation),
        ("is-upgrade", args.release.is_upgrade),
    ];
    let switches = switches.into_iter().filter(|(_, on)| *on).map(|(name, _)| text(name, "true"));
    Ok(given(args)?.into_iter().chain(helm_version).chain(switches).chain(lists(args)).collect())
}

/// `--parameter NAME=TEXT`
fn given(args: &InputArgs) -> Result<Vec<Parameter>, Failure> {
    let mut parameters = Vec::new();
    for parameter in &args.parameters {
        let (name, value) = parameter
            .split_once('=')
            .ok_or_else(|| Failure::usage(format!("`--parameter {parameter}` is not `NAME=TEXT`")))?;
        parameters.push(text(name, value));
    }
    Ok(parameters)
}

/// The files that flags name, which may be anywhere on this machine, as the plugin asks for them in an application's
/// directory: from there, `/x` is at the root of the repository.
pub(super) fn files(args: &InputArgs, directory: &str) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let depth = directory.split('/').filter(|part| !part.is_empty() && *part != ".").count();
    let named = args.values.set_file.iter().filter_map(|line| line.split_once('=')).map(|(_, path)| path);
    let mut files = BTreeMap::new();
    for path in args.values.values.iter().map(String::as_str).chain(named) {
        let place = path.strip_prefix('/').map_or_else(|| path.to_owned(), |rest| "../".repeat(depth) + rest);
        match fs_err::read(path) {
            Ok(content) => drop(files.insert(place, content)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::new(Code::Failed, error)),
        }
    }
    Ok(files)
}
