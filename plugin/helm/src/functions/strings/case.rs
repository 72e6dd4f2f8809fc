//! Letter case: the rules of Go's `strings.Title`, of Masterminds' `goutils` and of `xstrings`.

use gotemplate::unicode::{RUNE_ERROR, is_digit, is_letter, is_space, push_rune, runes};

use crate::functions::runes::{
    characters, is_lower, is_punctuation, is_title, is_upper, to_lower, to_title, to_upper,
};

/// `title`: upper case for what follows a separator; the rest stays.
pub(crate) fn title(text: &[u8]) -> String {
    let mut after_separator = true;
    let mut titled = String::with_capacity(text.len());
    for character in characters(text) {
        titled.push(if after_separator { to_title(character) } else { character });
        after_separator = is_separator(character);
    }
    titled
}

fn is_separator(character: char) -> bool {
    if character.is_ascii() {
        return !character.is_ascii_alphanumeric() && character != '_';
    }
    !is_letter(character) && !is_digit(character) && is_space(character)
}

/// `untitle`: lower case for the first letter of each word.
pub(crate) fn untitle(text: &[u8]) -> String {
    let mut after_space = true;
    let mut untitled = String::with_capacity(text.len());
    for character in characters(text) {
        let is_first = after_space && !is_space(character);
        untitled.push(if is_first { to_lower(character) } else { character });
        after_space = is_space(character);
    }
    untitled
}

/// `swapcase`: upper to lower, and lower to upper.
pub(crate) fn swap_case(text: &[u8]) -> String {
    let mut after_space = true;
    let mut swapped = String::with_capacity(text.len());
    for character in characters(text) {
        if is_upper(character) || is_title(character) {
            swapped.push(to_lower(character));
            after_space = false;
        } else if is_lower(character) {
            swapped.push(if after_space { to_title(character) } else { to_upper(character) });
            after_space = false;
        } else {
            swapped.push(character);
            after_space = is_space(character);
        }
    }
    swapped
}

/// `initials`: the first letter of each word. Words are found in bytes, each of which is then read as a character.
pub(crate) fn initials(text: &[u8]) -> String {
    let mut after_space = true;
    let mut letters = String::new();
    for character in text.iter().copied().map(char::from) {
        if after_space && !is_space(character) {
            letters.push(character);
        }
        after_space = is_space(character);
    }
    letters
}

/// `camelcase`: `http_server` becomes `HttpServer`. Connectors at the start, and all but the last of a run of them,
/// stay.
pub(crate) fn pascal_case(text: &[u8]) -> String {
    let mut cased = String::with_capacity(text.len());
    let mut rest = characters(text).peekable();
    let mut last = None;
    while let Some(connector) = rest.next_if(|character| is_connector(*character)) {
        cased.push(connector);
        last = Some(connector);
    }
    let Some(first) = rest.next() else {
        // A text of connectors alone gets one more: so does the Go library.
        cased.extend(last);
        return cased;
    };
    let mut in_upper_run = is_upper(first);
    let mut previous = to_upper(first);
    for character in rest {
        let (is_start, keeps) = (is_connector(previous), !is_connector(previous) || is_connector(character));
        if keeps {
            cased.push(previous);
        }
        previous = match character {
            _ if is_start && is_connector(character) => character,
            _ if is_start => {
                in_upper_run = is_upper(character);
                to_upper(character)
            }
            _ if in_upper_run && is_upper(character) => to_lower(character),
            _ => {
                in_upper_run = false;
                character
            }
        };
    }
    cased.push(previous);
    cased
}

fn is_connector(character: char) -> bool {
    matches!(character, '-' | '_') || is_space(character)
}

/// What a run of characters is, for [`separate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    /// Nothing, or bytes that aren't text.
    Invalid,
    Number,
    /// Begins with an upper-case letter.
    Capital,
    Alphabet,
    Connector,
    Punctuation,
    Other,
}

/// `snakecase` and `kebabcase`: words in lower case with `connector` between them.
///
/// A number belongs to the word before it (`bld4_floor_3rd`), unless lower-case letters follow (`http_2xx`).
pub(crate) fn separate(text: &[u8], connector: char) -> Vec<u8> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut output = Separated { bytes: Vec::with_capacity(text.len() + 8), connector };
    let mut words = Words { rest: text };
    let (mut kind, mut word) = words.next();
    while !words.rest.is_empty() {
        if kind != Word::Connector {
            output.push(kind, word);
        }
        let (previous, last) = (kind, word);
        (kind, word) = words.next();
        match previous {
            Word::Number => {
                (kind, word) = output.push_letters_and_numbers(&mut words, kind, word);
                output.connect_before(kind, kind != Word::Invalid);
            }
            Word::Connector => output.push(previous, last),
            Word::Punctuation => {}
            _ if kind != Word::Number => output.connect_before(kind, true),
            _ if words.rest.is_empty() => {}
            _ => (kind, word) = output.push_number(&mut words, word),
        }
    }
    output.push(kind, word);
    output.bytes
}

struct Separated {
    bytes: Vec<u8>,
    connector: char,
}

impl Separated {
    fn push_character(&mut self, character: char) {
        push_rune(&mut self.bytes, character);
    }

    fn push(&mut self, kind: Word, word: &[u8]) {
        if !matches!(kind, Word::Capital | Word::Connector) {
            self.bytes.extend_from_slice(word);
            return;
        }
        for character in characters(word) {
            let is_upper_case = is_upper(character);
            self.push_character(match character {
                _ if is_connector(character) => self.connector,
                _ if is_upper_case => to_lower(character),
                _ => character,
            });
        }
    }

    fn connect_before(&mut self, next: Word, wanted: bool) {
        if wanted && !matches!(next, Word::Connector | Word::Punctuation) {
            self.push_character(self.connector);
        }
    }

    fn push_letters_and_numbers<'a>(
        &mut self,
        words: &mut Words<'a>,
        mut kind: Word,
        mut word: &'a [u8],
    ) -> (Word, &'a [u8]) {
        while matches!(kind, Word::Alphabet | Word::Number) {
            self.push(kind, word);
            (kind, word) = words.next();
        }
        (kind, word)
    }

    /// A number after a word that is not one, with more text to come.
    fn push_number<'a>(&mut self, words: &mut Words<'a>, number: &'a [u8]) -> (Word, &'a [u8]) {
        let (kind, word) = words.next();
        if kind != Word::Alphabet {
            self.push(Word::Number, number);
            self.connect_before(kind, true);
            return (kind, word);
        }
        self.push_character(self.connector);
        self.push(Word::Number, number);
        let (kind, word) = self.push_letters_and_numbers(words, kind, word);
        self.connect_before(kind, kind != Word::Invalid);
        (kind, word)
    }
}

/// A text cut into words.
struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Words<'a> {
    fn next(&mut self) -> (Word, &'a [u8]) {
        let Some((first, width)) = next_valid(self.rest) else {
            return (Word::Invalid, self.cut(self.rest.len()));
        };
        let kind = kind_of(first);
        let length = match kind {
            Word::Capital => self.capital_length(width),
            _ => self.run_length(width, |character| continues(kind, character)),
        };
        (kind, self.cut(length))
    }

    fn cut(&mut self, length: usize) -> &'a [u8] {
        let (word, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        word
    }

    /// Where the run ends that has `length` bytes already. Bytes that aren't text belong to what follows them.
    fn run_length(&self, mut length: usize, belongs: impl Fn(char) -> bool) -> usize {
        while let Some((character, width)) = self.rest.get(length..).and_then(next_or_last) {
            match character {
                Some(character) if !belongs(character) => break,
                _ => length += width,
            }
        }
        length
    }

    /// `HTTPStatus` is `HTTP` and `Status`: the last capital belongs to the letters after it.
    fn capital_length(&self, length: usize) -> usize {
        let Some((second, width)) = self.rest.get(length..).and_then(next_valid) else {
            return self.run_length(length, |_| false);
        };
        if !is_upper(second) {
            let letters = |character| is_alphabet(character) && !is_upper(character);
            return if is_alphabet(second) { self.run_length(length + width, letters) } else { length };
        }
        let end = self.run_length(length + width, is_upper);
        let after = self.rest.get(end..).and_then(next_valid);
        if !after.is_some_and(|(character, _)| is_alphabet(character)) {
            return end;
        }
        let capitals = self.rest.get(length..end).unwrap_or_default();
        end - last_width(capitals)
    }
}

/// The next character that is text, and the bytes up to its end.
fn next_valid(bytes: &[u8]) -> Option<(char, usize)> {
    let mut width = 0;
    for (_, character, length) in runes(bytes) {
        width += length;
        if character != RUNE_ERROR {
            return Some((character, width));
        }
    }
    None
}

/// As [`next_valid`], but a tail without text is a rune of its own: it continues the run before it.
fn next_or_last(bytes: &[u8]) -> Option<(Option<char>, usize)> {
    match next_valid(bytes) {
        Some((character, width)) => Some((Some(character), width)),
        None if bytes.is_empty() => None,
        None => Some((None, bytes.len())),
    }
}

/// The bytes of the last character that is text, with the bytes before it that aren't.
fn last_width(bytes: &[u8]) -> usize {
    let (mut last, mut rest) = (0, bytes);
    while let Some((_, width)) = next_valid(rest) {
        last = width;
        rest = rest.get(width..).unwrap_or_default();
    }
    last
}

/// A letter, but none of the Chinese characters that the Go library takes out.
fn is_alphabet(character: char) -> bool {
    let is_chinese =
        matches!(character, '\u{3400}'..='\u{4d85}' | '\u{4e00}'..='\u{9fcc}' | '\u{20000}'..='\u{2b81d}');
    is_letter(character) && !is_chinese
}

fn kind_of(character: char) -> Word {
    match character {
        _ if is_connector(character) => Word::Connector,
        _ if is_punctuation(character) => Word::Punctuation,
        _ if is_upper(character) => Word::Capital,
        _ if is_alphabet(character) => Word::Alphabet,
        _ if character.is_numeric() => Word::Number,
        _ => Word::Other,
    }
}

fn continues(kind: Word, character: char) -> bool {
    match kind {
        Word::Connector => is_connector(character),
        Word::Punctuation => is_punctuation(character),
        Word::Alphabet => is_alphabet(character) && !is_upper(character),
        Word::Number => character.is_numeric(),
        _ => kind_of(character) == Word::Other,
    }
}
