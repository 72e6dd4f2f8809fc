//! `semver` and `semverCompare`, by the rules of the library that the profile's Helm has.

use std::any::Any;

use gosemver::{Constraint, Edition, Version};
use gotemplate::strconv::quote;
use gotemplate::{
    Call, Function, FunctionError, Method, MethodBody, NamedType, Object, Signature, Str, Type, UintKind,
    Value,
};

use super::arguments::{Arguments, Outcome, fixed};
use crate::context::Context;

const BOOL: Type = Type::Bool;
const STRING: Type = Type::String;
const UINT64: Type = Type::Uint(UintKind::Uint64);

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("semver", &[STRING], Type::Named(&VERSION_POINTER), |call, a| {
        Ok(Value::object(Pointer(version(call, a.text(0))?)))
    }),
    fixed("semverCompare", &[STRING, STRING], BOOL, compare),
];

fn version(call: &mut Call<'_>, text: &[u8]) -> Result<Version, FunctionError> {
    let edition = Context::of(call)?.profile().semver();
    Version::parse_as(&String::from_utf8_lossy(text), edition).map_err(|error| error.wording(edition).into())
}

/// The constraint is read first.
fn compare(call: &mut Call<'_>, a: &[Value]) -> Outcome {
    let edition = Context::of(call)?.profile().semver();
    let Ok(text) = std::str::from_utf8(a.text(0)) else {
        return Err(improper(a.text(0), edition));
    };
    let constraint =
        Constraint::parse_as(text, edition).map_err(|error| FunctionError::new(error.wording(edition)))?;
    Ok(constraint.matches(&version(call, a.text(1))?).into())
}

/// A constraint that is not even text.
fn improper(constraint: &[u8], edition: Edition) -> FunctionError {
    let constraint = match edition {
        Edition::V3_5 => quote(constraint),
        Edition::V3_3 | Edition::V3_4 => String::from_utf8_lossy(constraint).into_owned(),
    };
    FunctionError::new(format!("improper constraint: {constraint}"))
}

/// `*semver.Version`.
static VERSION_POINTER: NamedType =
    NamedType { name: "*semver.Version", underlying: Type::Pointer, methods: METHODS };
/// `semver.Version`, which derived versions are.
static VERSION: NamedType = NamedType { name: "semver.Version", underlying: Type::Struct, methods: METHODS };

const fn method(name: &'static str, params: &'static [Type], result: Type, body: MethodBody) -> Method {
    Method { name, signature: Signature::new(params, result), body }
}

// A static, not a constant, because it refers to the types that refer to it.
static METHODS: &[Method] = &[
    method("Major", &[], UINT64, |_, v, _| Ok(number(receiver(v)?.major()))),
    method("Minor", &[], UINT64, |_, v, _| Ok(number(receiver(v)?.minor()))),
    method("Patch", &[], UINT64, |_, v, _| Ok(number(receiver(v)?.patch()))),
    method("Prerelease", &[], STRING, |_, v, _| Ok(receiver(v)?.prerelease().into())),
    method("Metadata", &[], STRING, |_, v, _| Ok(receiver(v)?.metadata().into())),
    method("Original", &[], STRING, |_, v, _| Ok(receiver(v)?.original().into())),
    method("String", &[], STRING, |_, v, _| Ok(Value::string(receiver(v)?.to_string()))),
    method("IncMajor", &[], Type::Named(&VERSION), |call, v, _| derived(call, receiver(v)?.next_major())),
    method("IncMinor", &[], Type::Named(&VERSION), |call, v, _| derived(call, receiver(v)?.next_minor())),
    method("IncPatch", &[], Type::Named(&VERSION), |call, v, _| derived(call, receiver(v)?.next_patch())),
    method("SetPrerelease", &[STRING], Type::Named(&VERSION), |call, v, a| {
        derived(call, receiver(v)?.with_prerelease(&a.lossy(0)))
    }),
    method("SetMetadata", &[STRING], Type::Named(&VERSION), |call, v, a| {
        derived(call, receiver(v)?.with_metadata(&a.lossy(0)))
    }),
    method("Compare", &[Type::Named(&VERSION_POINTER)], Type::INT, |_, v, a| {
        Ok(Value::int(receiver(v)?.precedence(receiver(&a.any(0))?) as i64))
    }),
    method("Equal", &[Type::Named(&VERSION_POINTER)], BOOL, |_, v, a| {
        Ok(receiver(v)?.precedence(receiver(&a.any(0))?).is_eq().into())
    }),
    method("LessThan", &[Type::Named(&VERSION_POINTER)], BOOL, |_, v, a| {
        Ok(receiver(v)?.precedence(receiver(&a.any(0))?).is_lt().into())
    }),
    method("LessThanEqual", &[Type::Named(&VERSION_POINTER)], BOOL, |_, v, a| {
        Ok(receiver(v)?.precedence(receiver(&a.any(0))?).is_le().into())
    }),
    method("GreaterThan", &[Type::Named(&VERSION_POINTER)], BOOL, |_, v, a| {
        Ok(receiver(v)?.precedence(receiver(&a.any(0))?).is_gt().into())
    }),
    method("GreaterThanEqual", &[Type::Named(&VERSION_POINTER)], BOOL, |_, v, a| {
        Ok(receiver(v)?.precedence(receiver(&a.any(0))?).is_ge().into())
    }),
];

fn number(number: u64) -> Value {
    Value::Uint(number, UintKind::Uint64)
}

/// The version that a value is, or points to.
pub(super) fn version_of(value: &Value) -> Option<&Version> {
    receiver(value).ok()
}

/// For a version, or a pointer to one, the same of the version 0.0.0.
pub(super) fn emptied(value: &Value) -> Option<Value> {
    let zero = Version::parse("0.0.0").ok()?;
    match value {
        _ if value.downcast_ref::<Pointer>().is_some() => Some(Value::object(Pointer(zero))),
        _ if value.downcast_ref::<Struct>().is_some() => Some(Value::object(Struct(zero))),
        _ => None,
    }
}

fn receiver(value: &Value) -> Result<&Version, FunctionError> {
    let pointee = value.downcast_ref::<Pointer>().map(|pointer| &pointer.0);
    let found = pointee.or_else(|| value.downcast_ref::<Struct>().map(|version| &version.0));
    found.ok_or_else(|| FunctionError::new(super::arguments::NIL_DEREFERENCE))
}

fn derived(call: &mut Call<'_>, version: Result<Version, gosemver::Error>) -> Outcome {
    let edition = Context::of(call)?.profile().semver();
    version.map(|version| Value::object(Struct(version))).map_err(|error| error.wording(edition).into())
}

/// A pointer to a version.
struct Pointer(Version);

/// A version itself.
struct Struct(Version);

impl Object for Pointer {
    fn ty(&self) -> &'static NamedType {
        &VERSION_POINTER
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn text(&self) -> Option<Str> {
        Some(self.0.to_string().into())
    }

    fn equals(&self, other: &dyn Object) -> bool {
        // Pointers are equal to themselves alone; what they point to is compared where that is asked for.
        other.as_any().downcast_ref::<Self>().is_some_and(|other| self.0 == other.0)
    }
}

impl Object for Struct {
    fn ty(&self) -> &'static NamedType {
        &VERSION
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn text(&self) -> Option<Str> {
        Some(self.0.to_string().into())
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| self.0 == other.0)
    }
}
