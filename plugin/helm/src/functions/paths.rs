//! Functions on paths: Go's `path`, and `path/filepath` of Linux, which does the same.

use gotemplate::{Call, Function, Type, Value};

use super::arguments::{Arguments, Outcome, fixed, text};

const STRING: Type = Type::String;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("base", &[STRING], STRING, base),
    fixed("dir", &[STRING], STRING, dir),
    fixed("clean", &[STRING], STRING, |_, a| text(cleaned(a.text(0)))),
    fixed("ext", &[STRING], STRING, ext),
    fixed("isAbs", &[STRING], Type::Bool, is_absolute),
    fixed("osBase", &[STRING], STRING, base),
    fixed("osDir", &[STRING], STRING, dir),
    fixed("osClean", &[STRING], STRING, |_, a| text(cleaned(a.text(0)))),
    fixed("osExt", &[STRING], STRING, ext),
    fixed("osIsAbs", &[STRING], Type::Bool, is_absolute),
];

/// The last element; of slashes alone one slash, of nothing a point.
fn base(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let path = a.text(0);
    let length = path.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
    match path.get(..length).unwrap_or_default() {
        [] if path.is_empty() => text("."),
        [] => text("/"),
        trimmed => text(trimmed.rsplit(|byte| *byte == b'/').next().unwrap_or(trimmed)),
    }
}

/// All but the last element, cleaned.
fn dir(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let path = a.text(0);
    let length = path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    text(cleaned(path.get(..length).unwrap_or_default()))
}

/// From the last point of the last element on.
fn ext(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let last = a.text(0).rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let point = last.iter().rposition(|byte| *byte == b'.');
    text(point.and_then(|point| last.get(point..)).unwrap_or_default())
}

fn is_absolute(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    Ok(a.text(0).starts_with(b"/").into())
}

/// The shortest path that means the same without looking at a file system.
fn cleaned(path: &[u8]) -> Vec<u8> {
    let is_rooted = path.starts_with(b"/");
    let mut kept: Vec<&[u8]> = Vec::new();
    for element in path.split(|byte| *byte == b'/') {
        match element {
            b"" | b"." => {}
            b".." if kept.last().is_some_and(|last| *last != b"..") => {
                kept.pop();
            }
            b".." if is_rooted => {}
            element => kept.push(element),
        }
    }
    let joined = kept.join(&b'/');
    match (is_rooted, joined.is_empty()) {
        (true, _) => [b"/", joined.as_slice()].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}
