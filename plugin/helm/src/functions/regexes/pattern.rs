//! A compiled pattern, and Go's ways of searching with it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use gotemplate::unicode::{decode_rune, runes};
use regex_automata::Input;
use regex_automata::meta::Regex;

use super::error::{Problem, SyntaxError};
use super::expand::{Piece, pieces};
use super::parse::parse;

/// Bytes that a compiled pattern may take.
const SIZE_LIMIT: usize = 64 << 20;
/// Patterns that are kept compiled: templates use few, and often.
const CACHED: usize = 128;

/// A compiled pattern.
pub(super) struct Pattern {
    regex: Regex,
    names: Vec<Option<Vec<u8>>>,
    is_empty: bool,
}

/// The places of a match and of its groups, the whole first.
type Places = Vec<Option<Range<usize>>>;

thread_local! {
    static CACHE: RefCell<HashMap<Vec<u8>, Rc<Pattern>>> = RefCell::new(HashMap::new());
}

impl Pattern {
    fn new(pattern: &[u8]) -> Result<Self, SyntaxError> {
        let parsed = parse(pattern)?;
        let config = Regex::config().nfa_size_limit(Some(SIZE_LIMIT));
        let regex = Regex::builder().configure(config).build_from_hir(&parsed.hir);
        let regex = regex.map_err(|_| Problem::Size.of(pattern))?;
        Ok(Self { regex, names: parsed.names, is_empty: pattern.is_empty() })
    }

    /// The compiled pattern.
    ///
    /// # Errors
    /// When the text is not a pattern.
    pub(super) fn cached(pattern: &[u8]) -> Result<Rc<Self>, SyntaxError> {
        if let Some(known) = CACHE.with_borrow(|cache| cache.get(pattern).cloned()) {
            return Ok(known);
        }
        let compiled = Rc::new(Self::new(pattern)?);
        CACHE.with_borrow_mut(|cache| {
            if cache.len() >= CACHED {
                cache.clear();
            }
            cache.insert(pattern.to_vec(), Rc::clone(&compiled));
        });
        Ok(compiled)
    }

    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        self.regex.is_match(Haystack::new(text).text.as_ref())
    }

    /// The first match; empty if there is none.
    pub(super) fn find<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let haystack = Haystack::new(text);
        let found = self.regex.find(haystack.text.as_ref()).map(|found| haystack.place(found.range()));
        found.and_then(|place| text.get(place)).unwrap_or_default()
    }

    /// `FindAllString`: at most `limit` matches, all of them if it is negative; `None` if there are none.
    pub(super) fn find_all<'t>(&self, text: &'t [u8], limit: i64) -> Option<Vec<&'t [u8]>> {
        let places = self.places(text, limit);
        let found: Vec<_> = places.into_iter().filter_map(|place| text.get(place)).collect();
        (!found.is_empty()).then_some(found)
    }

    /// Where the matches are. None is empty right after another one.
    fn places(&self, text: &[u8], limit: i64) -> Vec<Range<usize>> {
        let haystack = Haystack::new(text);
        let subject = haystack.text.as_ref();
        let limit = usize::try_from(limit).unwrap_or(subject.len() + 1);
        let mut places: Vec<Range<usize>> = Vec::new();
        let (mut at, mut previous_end) = (0, None);
        while places.len() < limit && at <= subject.len() {
            let Some(found) = self.regex.search(&Input::new(subject).range(at..)) else { break };
            let is_accepted = found.end() != at || previous_end != Some(found.start());
            at = if found.end() == at { after_character(subject, at) } else { found.end() };
            previous_end = Some(found.end());
            if is_accepted {
                places.push(haystack.place(found.range()));
            }
        }
        places
    }

    /// `ReplaceAllString`: with what the template expands to.
    pub(super) fn replace_all(&self, text: &[u8], template: &[u8]) -> Vec<u8> {
        let pieces = pieces(template);
        self.replace_with(text, |replaced, places| {
            for piece in &pieces {
                let group = match piece {
                    Piece::Text(literal) => {
                        replaced.extend_from_slice(literal);
                        continue;
                    }
                    Piece::Number(number) => places.get(*number).cloned().flatten(),
                    Piece::Name(name) => self.group_named(name, places),
                };
                replaced.extend_from_slice(group.and_then(|place| text.get(place)).unwrap_or_default());
            }
        })
    }

    /// `ReplaceAllLiteralString`.
    pub(super) fn replace_all_literal(&self, text: &[u8], replacement: &[u8]) -> Vec<u8> {
        self.replace_with(text, |replaced, _| replaced.extend_from_slice(replacement))
    }

    /// The first group of that name that took part; a name may be given twice.
    fn group_named(&self, name: &[u8], places: &Places) -> Option<Range<usize>> {
        let names = self.names.iter().zip(places.iter().skip(1));
        names.filter(|(known, _)| known.as_deref() == Some(name)).find_map(|(_, place)| place.clone())
    }

    fn replace_with(&self, text: &[u8], mut replace: impl FnMut(&mut Vec<u8>, &Places)) -> Vec<u8> {
        let haystack = Haystack::new(text);
        let subject = haystack.text.as_ref();
        let mut captures = self.regex.create_captures();
        let mut replaced = Vec::with_capacity(text.len());
        let (mut last_end, mut at) = (0, 0);
        while at <= subject.len() {
            self.regex.search_captures(&Input::new(subject).range(at..), &mut captures);
            let Some(found) = captures.get_match() else { break };
            let between = haystack.place(last_end..found.start());
            replaced.extend_from_slice(text.get(between).unwrap_or_default());
            // Not for an empty match right after another one.
            if found.end() > last_end || found.start() == 0 {
                let places = captures.iter().map(|group| Some(haystack.place(group?.range()))).collect();
                replace(&mut replaced, &places);
            }
            last_end = found.end();
            at = after_character(subject, at).max(found.end());
        }
        replaced.extend_from_slice(text.get(haystack.place(last_end..subject.len())).unwrap_or_default());
        replaced
    }

    /// `Split`: at most `limit` parts; `None` of a limit of 0.
    pub(super) fn split<'t>(&self, text: &'t [u8], limit: i64) -> Option<Vec<&'t [u8]>> {
        if limit == 0 {
            return None;
        }
        if text.is_empty() && !self.is_empty {
            return Some(vec![&[]]);
        }
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut parts = Vec::new();
        let (mut start, mut end) = (0, 0);
        for place in self.places(text, limit) {
            if parts.len() + 1 == most {
                break;
            }
            end = place.start;
            if place.end != 0 {
                parts.push(text.get(start..end).unwrap_or_default());
            }
            start = place.end;
        }
        if end != text.len() {
            parts.push(text.get(start..).unwrap_or_default());
        }
        Some(parts)
    }
}

/// The place after the character at `at`, and at the end one beyond it.
fn after_character(subject: &[u8], at: usize) -> usize {
    at + decode_rune(subject.get(at..).unwrap_or_default()).1.max(1)
}

/// A text to search in. A byte that isn't UTF-8 is searched as U+FFFD, and found at its own place.
struct Haystack<'t> {
    text: std::borrow::Cow<'t, [u8]>,
    /// For a text that was changed: how far each place is behind the original one.
    shifts: Vec<(usize, usize)>,
}

impl<'t> Haystack<'t> {
    fn new(text: &'t [u8]) -> Self {
        if std::str::from_utf8(text).is_ok() {
            return Self { text: text.into(), shifts: Vec::new() };
        }
        let mut changed = String::with_capacity(text.len() * 3);
        let mut shifts = Vec::new();
        for (at, character, length) in runes(text) {
            changed.push(character);
            if length < character.len_utf8() {
                shifts.push((changed.len(), changed.len() - at - length));
            }
        }
        Self { text: changed.into_bytes().into(), shifts }
    }

    /// The place in the original text.
    fn place(&self, place: Range<usize>) -> Range<usize> {
        self.original(place.start)..self.original(place.end)
    }

    fn original(&self, at: usize) -> usize {
        let after = self.shifts.partition_point(|(from, _)| *from <= at);
        let shift =
            after.checked_sub(1).and_then(|index| self.shifts.get(index)).map_or(0, |(_, shift)| *shift);
        at - shift
    }
}
