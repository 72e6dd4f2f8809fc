//! `--set`, `--set-string`, `--set-file` and `--set-json`: names with values, separated by commas.

use gotemplate::{Map, Value};

use super::{
    Backslash, Halt, Line, StrvalsError, deeper, list_at, list_value, map_at, nested_list, nested_map,
    set_entry, set_index, until_end,
};

/// Reads one JSON value off the start of a text; returns it and the bytes it took.
pub(crate) type ReadJson = dyn Fn(&str) -> Result<(Value, usize), String>;

/// What the text of a value means.
pub(crate) enum Reader<'r> {
    /// `--set`: true, false, null and integers are themselves, all else is a string.
    Typed,
    /// `--set-string`: a string.
    Text,
    /// `--set-file`: the path of a file whose content is the value.
    File(&'r dyn Fn(&str) -> Result<Value, String>),
    /// `--set-json`: any JSON value.
    Json(&'r ReadJson),
}

/// Sets what `line` says in `data`.
pub(crate) fn set(line: &str, data: &Map, reader: &Reader<'_>) -> Result<(), StrvalsError> {
    let mut parser = Parser { line: Line::new(line), reader };
    until_end(|| parser.key(data, 0))
}

struct Parser<'r> {
    line: Line,
    reader: &'r Reader<'r>,
}

impl Parser<'_> {
    fn key(&mut self, data: &Map, nesting: usize) -> Result<(), Halt> {
        let (key, last) = self.line.until(&['=', '[', ',', '.'], Backslash::Escapes);
        match last {
            None if key.is_empty() => Err(Halt::End),
            None => Err(StrvalsError::NoValue { key }.into()),
            Some('=') => self.assign(data, &key),
            Some(',') => {
                set_entry(data, &key, Value::string(""));
                Err(StrvalsError::NoValueBeforeComma { key }.into())
            }
            Some('.') => self.nested(data, key, deeper(nesting)?),
            Some(_) => {
                let index = self.line.index(Backslash::Escapes)?;
                let mut list = list_at(data, &key)?;
                let result = self.item(&mut list, index, nesting);
                set_entry(data, &key, list_value(list));
                result
            }
        }
    }

    fn nested(&mut self, data: &Map, key: String, nesting: usize) -> Result<(), Halt> {
        let inner = map_at(data, &key)?;
        let result = self.key(&inner, nesting);
        if result.is_ok() && inner.is_empty() {
            return Err(StrvalsError::EmptyMap { key }.into());
        }
        if !inner.is_empty() {
            set_entry(data, &key, Value::Map(inner));
        }
        result
    }

    /// What stands after `=`; a name at the end of the line gets the empty string and ends the parse.
    fn assign(&mut self, data: &Map, key: &str) -> Result<(), Halt> {
        if let Reader::Json(read) = self.reader {
            let value = self.json(*read)?;
            set_entry(data, key, value);
            return Ok(());
        }
        match self.list() {
            Ok(Some(list)) => set_entry(data, key, list_value(list)),
            Ok(None) => {
                let value = self.scalar();
                set_entry(data, key, value.as_ref().cloned().unwrap_or_default());
                value?;
            }
            Err(Halt::End) => {
                set_entry(data, key, Value::string(""));
                return Err(Halt::End);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn item(&mut self, list: &mut Vec<Value>, index: i64, nesting: usize) -> Result<(), Halt> {
        if index < 0 {
            return Err(StrvalsError::NegativeIndex { index }.into());
        }
        let (data, last) = self.line.until(&['[', '.', '='], Backslash::Escapes);
        if !data.is_empty() {
            return Err(StrvalsError::AfterIndex { data }.into());
        }
        match last.ok_or(Halt::End)? {
            '=' => {
                let value = self.item_value()?;
                Ok(set_index(list, index, value)?)
            }
            '[' => {
                let next = self.line.index(Backslash::Escapes)?;
                let mut inner = nested_list(list, index)?;
                self.item(&mut inner, next, nesting)?;
                Ok(set_index(list, index, list_value(inner))?)
            }
            _ => {
                let inner = nested_map(list, index);
                self.key(&inner, nesting)?;
                Ok(set_index(list, index, Value::Map(inner))?)
            }
        }
    }

    fn item_value(&mut self) -> Result<Value, Halt> {
        if let Reader::Json(read) = self.reader {
            return self.json(*read);
        }
        match self.list() {
            Ok(Some(list)) => Ok(list_value(list)),
            Ok(None) => Ok(self.scalar()?),
            Err(Halt::End) => Ok(Value::string("")),
            Err(error) => Err(error),
        }
    }

    fn scalar(&mut self) -> Result<Value, StrvalsError> {
        let (text, _) = self.line.until(&[','], Backslash::Escapes);
        self.read(&text)
    }

    fn read(&self, text: &str) -> Result<Value, StrvalsError> {
        match self.reader {
            Reader::Typed => Ok(typed(text)),
            Reader::Text | Reader::Json(_) => Ok(Value::string(text)),
            Reader::File(read) => read(text).map_err(StrvalsError::File),
        }
    }

    /// `{a,b}`, or `None` where the value does not start with a brace.
    fn list(&mut self) -> Result<Option<Vec<Value>>, Halt> {
        if self.line.next()? != '{' {
            self.line.back();
            return Ok(None);
        }
        let mut list = Vec::new();
        loop {
            let (text, last) = self.line.until(&[',', '}'], Backslash::Escapes);
            let last = last.ok_or(StrvalsError::UnterminatedList)?;
            list.push(self.read(&text)?);
            if last == '}' {
                if self.line.next().is_ok_and(|c| c != ',') {
                    self.line.back();
                }
                return Ok(Some(list));
            }
        }
    }

    fn json(&mut self, read: &ReadJson) -> Result<Value, Halt> {
        if self.skip_blanks() {
            return Ok(Value::Nil);
        }
        let rest = self.line.rest();
        let (value, taken) = read(&rest).map_err(StrvalsError::Json)?;
        self.line.at += rest.get(..taken).unwrap_or(&rest).chars().count();
        self.skip_blanks();
        Ok(value)
    }

    /// Skips blanks and one comma; whether nothing else was left before the comma or the end.
    fn skip_blanks(&mut self) -> bool {
        while let Ok(c) = self.line.next() {
            if c == ',' {
                return true;
            }
            if !c.is_whitespace() {
                self.line.back();
                return false;
            }
        }
        true
    }
}

/// The meaning of a value of `--set`. There are no floating-point numbers: `1.5` is a string.
fn typed(text: &str) -> Value {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Value::Bool(true),
        _ if text.eq_ignore_ascii_case("false") => Value::Bool(false),
        _ if text.eq_ignore_ascii_case("null") => Value::Nil,
        "0" => Value::int64(0),
        _ if text.starts_with('0') => Value::string(text),
        _ => text.parse().map_or_else(|_| Value::string(text), Value::int64),
    }
}
