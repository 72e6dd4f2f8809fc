//! `Link` headers: the next page is the first link that says so, however much its neighbours look like it, and it is
//! of the same origin (rule R14).
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use network::{Origin, Url};
use registry::fuzzing;

const BASE: &str = "https://a.test/v2/x/tags/list";

#[derive(Arbitrary, Debug)]
enum Input {
    Text(Vec<String>),
    Links(Vec<Vec<Link>>),
}

/// A link as RFC 8288 has it.
#[derive(Arbitrary, Debug)]
struct Link {
    target: String,
    parameters: Vec<Parameter>,
}

#[derive(Arbitrary, Debug)]
enum Parameter {
    Relations(Vec<Relation>),
    Title(String),
    Other,
}

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
enum Relation {
    Next,
    Last,
    NextOfAnother,
}

fuzz_target!(|input: Input| {
    let base = Url::parse(BASE).expect("an address");
    match input {
        Input::Text(headers) => same_origin(&base, fuzzing::next_page(&headers, &base)),
        Input::Links(lines) => {
            let headers: Vec<String> = lines.iter().map(|line| join(line, ", ", Link::to_text)).collect();
            let next = fuzzing::next_page(&headers, &base);
            let expected = lines.iter().flatten().find(|link| link.is_next());
            let expected = expected.map(|link| base.join(&link.target()).ok());
            match (&next, expected) {
                (Ok(next), None) => assert_eq!(*next, None, "{headers:?}"),
                (Ok(next), Some(url)) => assert_eq!(*next, url, "{headers:?}"),
                (Err(_), None) => panic!("a link that is not there: {headers:?}"),
                (Err(_), Some(url)) => {
                    assert!(url.is_none_or(|url| url.origin() != base.origin()), "{headers:?}");
                }
            }
            same_origin(&base, next);
        }
    }
});

fn same_origin(base: &Url, next: Result<Option<Url>, &str>) {
    let Ok(Some(next)) = next else { return };
    assert_eq!(next.origin(), base.origin());
    // What carries a password is not asked for at all.
    if let Ok(origin) = Origin::of(&next) {
        assert_eq!(Ok(origin), Origin::of(base));
    }
}

fn join<T>(items: &[T], separator: &str, text: impl Fn(&T) -> String) -> String {
    items.iter().map(text).collect::<Vec<_>>().join(separator)
}

impl Link {
    fn target(&self) -> String {
        self.target.replace(['<', '>'], "")
    }

    fn is_next(&self) -> bool {
        let relations = self.parameters.iter().find_map(|parameter| match parameter {
            Parameter::Relations(relations) => Some(relations),
            _ => None,
        });
        relations.is_some_and(|relations| relations.contains(&Relation::Next))
    }

    fn to_text(&self) -> String {
        format!("<{}>{}", self.target(), join(&self.parameters, "", Parameter::to_text))
    }
}

impl Parameter {
    fn to_text(&self) -> String {
        match self {
            Self::Relations(relations) => format!("; Rel=\"{}\"", join(relations, " ", Relation::to_text)),
            Self::Title(title) => {
                format!(";title=\"{}\"", title.replace('\\', "\\\\").replace('"', "\\\""))
            }
            Self::Other => "; rev=next".to_owned(),
        }
    }
}

impl Relation {
    fn to_text(&self) -> String {
        match self {
            Self::Next => "next",
            Self::Last => "last",
            Self::NextOfAnother => "next-archive",
        }
        .to_owned()
    }
}
