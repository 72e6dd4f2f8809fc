//! JSON as Go's `encoding/json` writes it: texts that others write too have the same bytes, and so the same digest.

use serde::Serialize;

/// Go escapes what HTML and JavaScript would stumble over; none of it occurs outside of strings.
pub(crate) fn to_string(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut json = serde_json::to_string(value)?;
    for letter in ['<', '>', '&', '\u{2028}', '\u{2029}'] {
        if json.contains(letter) {
            json = json.replace(letter, &format!("\\u{:04x}", u32::from(letter)));
        }
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_escapes() {
        let text = "<a> & \u{2028}\u{2029} \u{7f}\u{8}\u{c}\u{1}\t\n\"\\ ü";
        let expect =
            r#""\u003ca\u003e \u0026 \u2028\u2029 "#.to_owned() + "\u{7f}" + r#"\b\f\u0001\t\n\"\\ ü""#;
        assert_eq!(to_string(&text).unwrap(), expect);
    }
}
