//! What a plugin is set to, for one application.
//!
//! A setting is looked for in three places; the first that has it wins (design §5): the
//! application's parameter `lower-kebab`, the application's environment `UPPER_SNAKE`, the
//! parameters that the operator wrote for the plugin.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::{Collection, Parameter, ParameterAnnouncement, ParameterValue, Request};

use crate::{Blame, Error};

/// The request as the plugin gets it. `known` is what the plugin announced; if that is nothing, it
/// takes any parameter.
///
/// # Errors
///
/// The application sets a parameter that the plugin does not know, or one in a form that it has not.
pub(crate) fn settle(
    mut request: Request,
    plugin: &str,
    known: &[ParameterAnnouncement],
    defaults: &BTreeMap<String, ParameterValue>,
) -> Result<Request, Error> {
    if !known.is_empty() {
        for parameter in &mut request.parameters {
            check(parameter, plugin, known)?;
        }
    }
    let set: BTreeSet<String> = request.parameters.iter().map(|parameter| parameter.name.clone()).collect();
    let names: BTreeSet<&str> = known
        .iter()
        .map(|announced| announced.name.as_str())
        .chain(defaults.keys().map(String::as_str))
        .collect();
    for name in names.into_iter().filter(|name| !set.contains(*name)) {
        let collection =
            known.iter().find(|announced| announced.name == name).map(|announced| announced.collection);
        let value = from_environment(&request.environment, name, collection).transpose();
        if let Some(value) = value.or_else(|| defaults.get(name).cloned().map(Ok)) {
            request.parameters.push(Parameter { name: name.to_owned(), value: value? });
        }
    }
    Ok(request)
}

/// A parameter's name as the contract has it: Argo CD's own `camelCase` vocabulary is taken as well.
pub(crate) fn kebab(name: &str) -> String {
    let mut kebab = String::with_capacity(name.len() + 4);
    for (index, letter) in name.chars().enumerate() {
        if letter.is_ascii_uppercase() && index > 0 {
            kebab.push('-');
        }
        kebab.push(if letter == '_' { '-' } else { letter.to_ascii_lowercase() });
    }
    kebab
}

fn check(parameter: &mut Parameter, plugin: &str, known: &[ParameterAnnouncement]) -> Result<(), Error> {
    let find = |name: &str| known.iter().find(|announced| announced.name == name);
    let Some(announced) = find(&parameter.name).or_else(|| find(&kebab(&parameter.name))) else {
        return Err(unknown(&parameter.name, plugin, known));
    };
    parameter.name.clone_from(&announced.name);
    let wanted = match (announced.collection, &parameter.value) {
        (Collection::Text, ParameterValue::Text(_))
        | (Collection::Items, ParameterValue::Items(_))
        | (Collection::Entries, ParameterValue::Entries(_)) => return Ok(()),
        (Collection::Items, ParameterValue::Text(text)) => {
            parameter.value = ParameterValue::Items(items(text));
            return Ok(());
        }
        (Collection::Text, _) => "string",
        (Collection::Items, _) => "array",
        (Collection::Entries, _) => "map",
    };
    let message =
        format!("parameter `{}` of plugin `{plugin}` has to be written as `{wanted}`", parameter.name);
    let hint = format!("under `spec.source.plugin.parameters`: `{{name: {}, {wanted}: …}}`", parameter.name);
    Err(Error::new(Blame::Application, message).with_hint(hint))
}

fn unknown(name: &str, plugin: &str, known: &[ParameterAnnouncement]) -> Error {
    let error = Error::new(Blame::Application, format!("plugin `{plugin}` knows no parameter `{name}`"));
    let score = |other: &str| strsim::jaro_winkler(&kebab(name), other);
    let nearest = known.iter().max_by(|a, b| score(&a.name).total_cmp(&score(&b.name)));
    match nearest.filter(|announced| score(&announced.name) > 0.8) {
        Some(announced) => error.with_hint(format!("did you mean `{}`?", announced.name)),
        None => {
            let names: Vec<String> = known.iter().map(|announced| format!("`{}`", announced.name)).collect();
            error.with_hint(format!("it knows {}", names.join(", ")))
        }
    }
}

fn from_environment(
    environment: &[(String, String)],
    name: &str,
    collection: Option<Collection>,
) -> Result<Option<ParameterValue>, Error> {
    let variable = name.replace('-', "_").to_uppercase();
    let Some((_, text)) = environment.iter().find(|(key, _)| *key == variable) else { return Ok(None) };
    let value = match collection {
        Some(Collection::Items) => ParameterValue::Items(items(text)),
        Some(Collection::Entries) => ParameterValue::Entries(entries(&variable, text)?),
        Some(Collection::Text) | None => ParameterValue::Text(text.clone()),
    };
    Ok(Some(value))
}

/// A list in one text: a JSON array, or texts between commas or in lines of their own.
fn items(text: &str) -> Vec<String> {
    if let Ok(items) = serde_json::from_str(text) {
        return items;
    }
    text.split([',', '\n']).map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// Pairs in one text: a JSON object of texts, or `KEY=TEXT` between commas or in lines of their own.
fn entries(variable: &str, text: &str) -> Result<Vec<(String, String)>, Error> {
    if let Ok(entries) = serde_json::from_str::<BTreeMap<String, String>>(text) {
        return Ok(entries.into_iter().collect());
    }
    let pair = |item: String| {
        item.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())).ok_or_else(|| {
            let message = format!("`{item}` in environment variable `{variable}` is not `KEY=TEXT`");
            Error::new(Blame::Application, message)
        })
    };
    let pairs: BTreeMap<String, String> = items(text).into_iter().map(pair).collect::<Result<_, _>>()?;
    Ok(pairs.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use sandbox::{Application, ApplicationSource, Cluster};

    use super::*;

    fn announced(name: &str, collection: Collection) -> ParameterAnnouncement {
        ParameterAnnouncement {
            name: name.to_owned(),
            title: String::new(),
            tooltip: String::new(),
            required: false,
            item_type: String::new(),
            collection,
            text: String::new(),
            items: Vec::new(),
            entries: Vec::new(),
        }
    }

    fn request(parameters: &[(&str, ParameterValue)], environment: &[(&str, &str)]) -> Request {
        let source = ApplicationSource {
            repo_url: String::new(),
            path: String::new(),
            target_revision: String::new(),
            chart: None,
        };
        let application = Application {
            name: "shop".to_owned(),
            namespace: String::new(),
            project: None,
            revision: String::new(),
            source,
        };
        let owned = |(name, value): &(&str, ParameterValue)| Parameter {
            name: (*name).to_owned(),
            value: value.clone(),
        };
        Request {
            application,
            parameters: parameters.iter().map(owned).collect(),
            environment: environment
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            cluster: Cluster { kube_version: String::new(), api_versions: Vec::new() },
        }
    }

    fn text(value: &str) -> ParameterValue {
        ParameterValue::Text(value.to_owned())
    }

    #[track_caller]
    fn check(request: Request, expect: Result<&[(&str, ParameterValue)], &str>) {
        let known = [
            announced("helm-version", Collection::Text),
            announced("value-files", Collection::Items),
            announced("set", Collection::Entries),
        ];
        let defaults = BTreeMap::from([("helm-version".to_owned(), text("4.2"))]);
        let got = settle(request, "helm", &known, &defaults).map(|request| request.parameters);
        let expect = expect.map(|pairs| {
            pairs
                .iter()
                .map(|(name, value)| Parameter { name: (*name).to_owned(), value: value.clone() })
                .collect::<Vec<_>>()
        });
        match (got, expect) {
            (Ok(got), Ok(expect)) => assert_eq!(format!("{got:?}"), format!("{expect:?}")),
            (Err(got), Err(expect)) => assert_eq!(got.report(), expect),
            (got, expect) => panic!("{got:?} instead of {expect:?}"),
        }
    }

    #[test]
    fn the_nearest_place_wins() {
        check(request(&[], &[]), Ok(&[("helm-version", text("4.2"))]));
        check(request(&[], &[("HELM_VERSION", "3.19")]), Ok(&[("helm-version", text("3.19"))]));
        let both = request(&[("helm-version", text("3.21"))], &[("HELM_VERSION", "3.19")]);
        check(both, Ok(&[("helm-version", text("3.21"))]));
    }

    #[test]
    fn environment_takes_the_form_of_the_parameter() {
        let environment = [("VALUE_FILES", "a.yaml, b.yaml"), ("SET", "k=v,a=b=c"), ("HELM_VERSION", "4.1")];
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        check(
            request(&[], &environment),
            Ok(&[
                ("helm-version", text("4.1")),
                ("set", ParameterValue::Entries(vec![pair("a", "b=c"), pair("k", "v")])),
                ("value-files", ParameterValue::Items(vec!["a.yaml".to_owned(), "b.yaml".to_owned()])),
            ]),
        );
    }

    #[test]
    fn names_are_taken_in_argo_cds_spelling() {
        let items = ParameterValue::Items(vec!["a.yaml".to_owned()]);
        let expect = [("value-files", items.clone()), ("helm-version", text("4.2"))];
        check(request(&[("valueFiles", items)], &[]), Ok(&expect));
    }

    #[test]
    fn slips_are_named_with_what_was_meant() {
        check(
            request(&[("helm-verison", text("4"))], &[]),
            Err(
                "plugin `helm` knows no parameter `helm-verison`\n  hint: did you mean `helm-version`?\n  blame: application",
            ),
        );
        check(
            request(&[("set", text("k=v"))], &[]),
            Err(concat!(
                "parameter `set` of plugin `helm` has to be written as `map`\n",
                "  hint: under `spec.source.plugin.parameters`: `{name: set, map: …}`\n  blame: application"
            )),
        );
    }
}
