//! `.Capabilities`: what the cluster offers, and the version of Helm.

use gotemplate::{Call, FunctionError, List, Method, NamedType, Signature, Str, Type, Value};

use super::Struct;
use crate::capabilities::Capabilities;
use crate::profile::{KubeVersions, Major, Profile};

struct Types {
    capabilities: NamedType,
    kube_version: NamedType,
    version_set: NamedType,
}

static THREE: Types = types("*chartutil.Capabilities", "chartutil.KubeVersion", "chartutil.VersionSet");
static FOUR: Types = types("*common.Capabilities", "common.KubeVersion", "common.VersionSet");
static BUILD_INFO: NamedType =
    NamedType { name: "version.BuildInfo", underlying: Type::Struct, methods: &[] };

const fn types(capabilities: &'static str, kube_version: &'static str, version_set: &'static str) -> Types {
    Types {
        capabilities: NamedType { name: capabilities, underlying: Type::Pointer, methods: &COPY },
        kube_version: NamedType { name: kube_version, underlying: Type::Struct, methods: &KUBE_VERSION },
        version_set: NamedType { name: version_set, underlying: Type::STRINGS, methods: &HAS },
    }
}

const COPY: [Method; 1] = [Method { name: "Copy", signature: Signature::new(&[], Type::Any), body: copy }];
const HAS: [Method; 1] =
    [Method { name: "Has", signature: Signature::new(&[Type::String], Type::Bool), body: has }];
const KUBE_VERSION: [Method; 2] = [
    Method { name: "GitVersion", signature: Signature::new(&[], Type::String), body: git_version },
    Method { name: "String", signature: Signature::new(&[], Type::String), body: string },
];

/// The version of Go that the recorded Helm binaries were built with.
const GO_VERSION: &str = "go1.26.8";

/// `.Capabilities` of a render.
pub(crate) fn capabilities(capabilities: &Capabilities, profile: Profile) -> Value {
    let types = match profile.major() {
        Major::Three => &THREE,
        Major::Four => &FOUR,
    };
    let set = capabilities.api_versions.iter().map(|version| Value::string(version.as_str())).collect();
    let value = Struct::new(&types.capabilities)
        .with("KubeVersion", "KubeVersion", kube_version(capabilities, profile, types))
        .with("APIVersions", "APIVersions", Value::List(List::named(&types.version_set, set)))
        .with("HelmVersion", "HelmVersion", build_info(profile));
    Value::object(value)
}

fn kube_version(capabilities: &Capabilities, profile: Profile, types: &'static Types) -> Value {
    let version = &capabilities.kube_version;
    let mut value =
        Struct::new(&types.kube_version).with("Version", "Version", Value::string(version.version()));
    if profile.kube_versions() == KubeVersions::Original {
        value = value.with("normalizedVersion", "", Value::string(version.normalized()));
    }
    value = value.with("Major", "Major", Value::string(version.major())).with(
        "Minor",
        "Minor",
        Value::string(version.minor()),
    );
    value.text = Some(Str::from(version.normalized()));
    Value::object(value)
}

fn build_info(profile: Profile) -> Value {
    let mut value = Struct::new(&BUILD_INFO)
        .with_nonempty("Version", "version", Value::string(profile.helm_version()))
        .with_nonempty("GitCommit", "git_commit", Value::string(""))
        .with_nonempty("GitTreeState", "git_tree_state", Value::string(""))
        .with_nonempty("GoVersion", "go_version", Value::string(GO_VERSION));
    if profile.major() == Major::Four {
        let client = format!("v1.{}", profile.kubernetes_minor());
        value = value.with("KubeClientVersion", "kube_client_version", Value::string(client));
    }
    Value::object(value)
}

fn copy(_: &mut Call<'_>, capabilities: &Value, _: &[Value]) -> Result<Value, FunctionError> {
    Ok(capabilities.clone())
}

fn has(_: &mut Call<'_>, set: &Value, arguments: &[Value]) -> Result<Value, FunctionError> {
    let wanted = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
    let is_it = |version: Value| version.as_str() == Some(&wanted);
    Ok(Value::Bool(set.as_list().is_some_and(|set| set.iter().any(is_it))))
}

fn git_version(_: &mut Call<'_>, version: &Value, _: &[Value]) -> Result<Value, FunctionError> {
    let version = version.downcast_ref::<Struct>();
    Ok(version.and_then(|version| gotemplate::Object::field(version, b"Version")).unwrap_or_default())
}

fn string(_: &mut Call<'_>, version: &Value, _: &[Value]) -> Result<Value, FunctionError> {
    let version = version.downcast_ref::<Struct>();
    Ok(Value::String(version.and_then(|version| version.text.clone()).unwrap_or_default()))
}
