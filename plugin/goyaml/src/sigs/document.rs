/// The documents of a stream as Kubernetes' `YAMLReader` divides it: at lines that are
/// `---` and blanks. Helm 4 reads values files this way.
///
/// ```
/// use goyaml::sigs;
///
/// let documents: Vec<&[u8]> = sigs::documents(b"a: 1\n---\nb: 2\n").collect();
/// assert_eq!(documents, [&b"a: 1\n"[..], &b"b: 2\n"[..]]);
/// ```
#[must_use]
pub fn documents(stream: &[u8]) -> Documents<'_> {
    Documents { rest: stream }
}

/// The iterator of [`documents()`].
#[derive(Clone, Debug)]
pub struct Documents<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Documents<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let mut length = 0;
            let mut separator = 0;
            for line in self.rest.split_inclusive(|byte| *byte == b'\n') {
                if is_separator(line) {
                    separator = line.len();
                    break;
                }
                length += line.len();
            }
            let (document, rest) = self.rest.split_at_checked(length).unwrap_or_default();
            self.rest = rest.get(separator..).unwrap_or_default();
            if length > 0 {
                return Some(document);
            }
        }
    }
}

/// Whether a line is `---` and nothing but white space behind it.
fn is_separator(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"---") else { return false };
    String::from_utf8_lossy(rest).trim_end().is_empty()
}
