//! Cases for what hangs together in go-yaml only by chance, which random cases seldom show.

use crate::case::Case;

/// Pairs without a value: its place is that of the token that's then in the memory of the `:`.
const EMPTY_VALUES: &[&str] = &[
    "[a: ]",
    "[a: , b]",
    "[a\n,a: ]",
    "[a, b: , c]",
    "[a, b, c: ]",
    "[a, b, c, d: ]",
    "[? a : ]",
    "[? [a, b, c, d, e, f, g, h, i], j: ]",
    "[[a: ], [b: , c: ]]\n",
    "- [a\n  , b: ,\n  c: ]\n- d\n",
];

/// Block scalars whose last line is blank, which counts as an empty one for the comment below.
const BLANK_LINES: &[&str] = &[
    "5: |1\n  \n#c",
    "a: |1\n  \n\n#c\n",
    "a: |\n  b\n  \n#c\n",
    "a: >1\n  b\n   \t\n# c\nd: e\n",
    "- |1\n  \n# c\n- d\n",
];

/// Errors behind a `-` with a comment above it, which go-yaml passes and reads on.
const PASSED: &[&str] = &[
    "#\n- n\n- |\n\t",
    "#\n- |\n\t",
    "#\n- *b\n-c",
    "# c\n- n\n- \"a\\qb\"\n- d\n",
    "# c\n- n\n- \"a\\q\": @b\n",
    "# c\n- %a\n",
    "a:\n# c\n- n\n- & b\n- c\n",
];

/// What follows a comment, before a byte that isn't text: an error of its own, or none.
const BEFORE_A_FAULT: &[&str] = &["|x\n ", "a: b\nc: d\n", "a: 'b' c\n"];

/// Letters of the comment, so that the search for the next one decodes the fault for some.
const LETTERS: &[usize] = &[8, 300, 505, 510, 700];

/// All cases.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for operation in ["v2.events", "v3.events", "v3.node", "v3.decode"] {
        let texts = EMPTY_VALUES.iter().chain(BLANK_LINES).chain(PASSED);
        cases.extend(texts.map(|text| case(operation, text.as_bytes().to_vec())));
    }
    for before in BEFORE_A_FAULT {
        for letters in LETTERS {
            let text = format!("---\n\n# c\n#{}\n{before}", "x".repeat(*letters));
            cases.push(case("v3.decode", [text.as_bytes(), b"\xff"].concat()));
        }
    }
    cases
}

fn case(operation: &str, input: Vec<u8>) -> Case {
    Case { operation: operation.to_owned(), input }
}
