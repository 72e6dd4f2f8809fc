//! Prints one operand with one verb.

mod number;
mod text;

use super::flags::Flags;
use crate::unicode::{push_rune, rune_count};
use crate::{FloatKind, List, Map, Object, Str, Type, Value};

/// What pointers, maps and lists print with `%p`: an address would differ from run to run.
const ADDRESS: u64 = 0xc0_0000_0000;

/// Where the verbs write, and with which flags.
pub(super) struct Printer<'o> {
    pub(super) out: &'o mut Vec<u8>,
    pub(super) flags: Flags,
    /// Within `%!verb(…)`: methods are not asked there.
    is_erroring: bool,
    /// How many values enclose the one that is printed.
    depth: usize,
}

/// Values nested deeper than this are printed as `...`: a map may contain itself, of which Go dies.
const MAX_DEPTH: usize = 1_000;

/// Whether a value is an operand itself or lies within one: pointers print differently there.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    Top,
    Inner,
}

impl<'o> Printer<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out, flags: Flags::default(), is_erroring: false, depth: 0 }
    }

    /// Go's `printArg`.
    pub(super) fn print_operand(&mut self, value: &Value, verb: char) {
        match (value, verb) {
            (Value::Nil, 'T' | 'v') => self.pad(b"<nil>"),
            (Value::Nil, _) => self.bad_verb(value, verb),
            (_, 'T') => self.print_truncated(value.type_name().as_bytes()),
            (_, 'p') => self.print_pointer(value, verb),
            (Value::List(list), _) if list.ty() == Type::BYTES => self.print_bytes(list, verb, "[]byte"),
            (Value::List(_) | Value::Map(_), 'w') if !self.is_erroring => self.bad_verb(value, verb),
            _ => self.print_value(value, verb, Level::Top),
        }
    }

    /// A struct, or the struct that a pointer points to.
    pub(super) fn print_pointee(&mut self, value: &Value) {
        match value {
            Value::Object(object) if object.ty().underlying == Type::Pointer && !object.is_nil() => {
                self.print_struct(object.as_ref(), 'v');
            }
            other => self.print_operand(other, 'v'),
        }
    }

    /// `TYPE=VALUE`, as error texts have it.
    pub(super) fn print_typed(&mut self, value: &Value) {
        if value.is_untyped_nil() {
            return self.out.extend_from_slice(b"<nil>");
        }
        self.out.extend_from_slice(value.type_name().as_bytes());
        self.out.push(b'=');
        self.print_operand(value, 'v');
    }

    /// `%!verb(TYPE=VALUE)`.
    fn bad_verb(&mut self, value: &Value, verb: char) {
        let was_erroring = std::mem::replace(&mut self.is_erroring, true);
        self.out.extend_from_slice(b"%!");
        push_rune(self.out, verb);
        self.out.push(b'(');
        self.print_typed(value);
        self.out.push(b')');
        self.is_erroring = was_erroring;
    }

    /// Go's `printValue`.
    fn print_value(&mut self, value: &Value, verb: char, level: Level) {
        if self.depth >= MAX_DEPTH {
            return self.out.extend_from_slice(b"...");
        }
        self.depth += 1;
        self.print_any(value, verb, level);
        self.depth -= 1;
    }

    fn print_any(&mut self, value: &Value, verb: char, level: Level) {
        match value {
            Value::Nil => self.print_nil(),
            Value::List(list) => self.print_list(list, verb),
            Value::Map(map) => self.print_map(map, verb),
            Value::Object(object) => self.print_object(object.as_ref(), value, verb, level),
            basic => {
                if !self.print_basic(basic, verb) {
                    self.bad_verb(basic, verb);
                }
            }
        }
    }

    /// Prints a value of a basic type; whether the verb fits the type.
    fn print_basic(&mut self, value: &Value, verb: char) -> bool {
        match value {
            Value::Bool(value) => self.print_bool(*value, verb),
            Value::Int(value, _) => self.print_int(*value, verb),
            Value::Uint(value, _) => self.print_uint(*value, verb),
            Value::Float(value, kind) => self.print_float(*value, *kind, verb),
            Value::Complex(real, imaginary) => self.print_complex(*real, *imaginary, verb),
            Value::String(text) => self.print_string(text.as_bytes(), verb),
            _ => false,
        }
    }

    /// A nil interface within a value; any verb.
    fn print_nil(&mut self) {
        self.out.extend_from_slice(if self.flags.sharp_v { b"interface {}(nil)" } else { b"<nil>" });
    }

    fn print_bool(&mut self, value: bool, verb: char) -> bool {
        let fits = matches!(verb, 't' | 'v');
        if fits {
            self.pad(if value { b"true" } else { b"false" });
        }
        fits
    }

    fn print_list(&mut self, list: &List, verb: char) {
        let is_text_verb = matches!(verb, 's' | 'q' | 'x' | 'X');
        if is_text_verb && list.element() == Type::UINT8 {
            return self.print_bytes(list, verb, &list.ty().to_string());
        }
        let Some((close, separator)) = self.open(list.ty(), list.is_nil(), b"[") else { return };
        for (index, item) in list.values().iter().enumerate() {
            if index > 0 {
                self.out.extend_from_slice(separator);
            }
            self.print_value(item, verb, Level::Inner);
        }
        self.out.push(close);
    }

    fn print_map(&mut self, map: &Map, verb: char) {
        let Some((close, separator)) = self.open(map.ty(), map.is_nil(), b"map[") else { return };
        for (index, (key, value)) in map.snapshot().iter().enumerate() {
            if index > 0 {
                self.out.extend_from_slice(separator);
            }
            self.print_value(&Value::String(key.clone()), verb, Level::Inner);
            self.out.push(b':');
            self.print_value(value, verb, Level::Inner);
        }
        self.out.push(close);
    }

    /// Opens a composite and returns how it closes and what separates its parts; `None` if it is all written.
    fn open(&mut self, ty: Type, is_nil: bool, plain: &[u8]) -> Option<(u8, &'static [u8])> {
        if !self.flags.sharp_v {
            self.out.extend_from_slice(plain);
            return Some((b']', b" "));
        }
        self.out.extend_from_slice(ty.to_string().as_bytes());
        self.out.extend_from_slice(if is_nil { b"(nil)" } else { b"{" });
        (!is_nil).then_some((b'}', b", "))
    }

    fn print_object(&mut self, object: &dyn Object, value: &Value, verb: char, level: Level) {
        if verb == 'w' && !self.is_erroring {
            return self.bad_verb(value, verb);
        }
        let asks_text =
            !self.is_erroring && !self.flags.sharp_v && matches!(verb, 'v' | 's' | 'x' | 'X' | 'q');
        if let Some(text) = object.text().filter(|_| asks_text) {
            if object.is_nil() {
                self.out.extend_from_slice(b"<nil>");
            } else {
                self.print_string(text.as_bytes(), verb);
            }
            return;
        }
        match (object.basic(), object.ty().underlying) {
            (Some(basic), _) if self.print_basic(&basic, verb) => {}
            (Some(_), _) => self.bad_verb(value, verb),
            (None, Type::Pointer) if object.is_nil() => self.print_pointer(value, verb),
            (None, Type::Pointer) if level == Level::Top => {
                self.out.push(b'&');
                self.print_struct(object, verb);
            }
            (None, Type::Pointer | Type::Func) => self.print_pointer(value, verb),
            (None, _) => self.print_struct(object, verb),
        }
    }

    fn print_struct(&mut self, object: &dyn Object, verb: char) {
        if self.flags.sharp_v {
            self.out.extend_from_slice(object.ty().name.trim_start_matches('*').as_bytes());
        }
        self.out.push(b'{');
        for (index, (name, value)) in object.fields().iter().enumerate() {
            if index > 0 {
                self.out.extend_from_slice(if self.flags.sharp_v { b", " } else { b" " });
            }
            if self.flags.plus_v || self.flags.sharp_v {
                self.out.extend_from_slice(name.as_bytes());
                self.out.push(b':');
            }
            self.print_value(value, verb, Level::Inner);
        }
        self.out.push(b'}');
    }

    fn print_pointer(&mut self, value: &Value, verb: char) {
        let address = if value.is_nil() { 0 } else { ADDRESS };
        let is_reference = match value {
            Value::List(_) | Value::Map(_) => true,
            Value::Object(object) => matches!(object.ty().underlying, Type::Pointer | Type::Func),
            _ => false,
        };
        match verb {
            _ if !is_reference => self.bad_verb(value, verb),
            'v' if self.flags.sharp_v => self.print_go_pointer(value, address),
            'v' if address == 0 => self.pad(b"<nil>"),
            'v' | 'p' => self.print_address(address, !self.flags.sharp),
            'b' | 'o' | 'd' | 'x' | 'X' if self.print_uint(address, verb) => {}
            _ => self.bad_verb(value, verb),
        }
    }

    fn print_go_pointer(&mut self, value: &Value, address: u64) {
        self.out.extend_from_slice(format!("({})(", value.type_name()).as_bytes());
        if address == 0 {
            self.out.extend_from_slice(b"nil");
        } else {
            self.print_address(address, true);
        }
        self.out.push(b')');
    }

    fn print_complex(&mut self, real: f64, imaginary: f64, verb: char) -> bool {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            return false;
        }
        let plus = self.flags.plus;
        self.out.push(b'(');
        self.print_float(real, FloatKind::Float64, verb);
        self.flags.plus = true;
        self.print_float(imaginary, FloatKind::Float64, verb);
        self.out.extend_from_slice(b"i)");
        self.flags.plus = plus;
        true
    }

    /// Go's `fmtBytes`.
    fn print_bytes(&mut self, list: &List, verb: char, type_name: &str) {
        let bytes = || match list.as_bytes() {
            Some(bytes) => bytes.clone(),
            None => {
                list.iter().filter_map(|item| u8::try_from(item.as_uint()?).ok()).collect::<Vec<_>>().into()
            }
        };
        match verb {
            'v' | 'd' if self.flags.sharp_v => self.print_go_bytes(&bytes(), list.is_nil(), type_name),
            'v' | 'd' => {
                self.out.push(b'[');
                for (index, byte) in bytes().as_bytes().iter().enumerate() {
                    if index > 0 {
                        self.out.push(b' ');
                    }
                    self.print_byte(*byte);
                }
                self.out.push(b']');
            }
            's' | 'x' | 'X' | 'q' => {
                self.print_string(bytes().as_bytes(), verb);
            }
            _ => self.print_list(list, verb),
        }
    }

    fn print_go_bytes(&mut self, bytes: &Str, is_nil: bool, type_name: &str) {
        self.out.extend_from_slice(type_name.as_bytes());
        if is_nil {
            return self.out.extend_from_slice(b"(nil)");
        }
        self.out.push(b'{');
        for (index, byte) in bytes.as_bytes().iter().enumerate() {
            if index > 0 {
                self.out.extend_from_slice(b", ");
            }
            self.print_address(u64::from(*byte), true);
        }
        self.out.push(b'}');
    }

    /// Writes `text`, filled up to the width in runes.
    fn pad(&mut self, text: &[u8]) {
        let Some(width) = self.flags.width.filter(|width| *width > 0) else {
            return self.out.extend_from_slice(text);
        };
        let missing = width.saturating_sub(rune_count(text));
        if self.flags.minus {
            self.out.extend_from_slice(text);
            self.fill(missing);
        } else {
            self.fill(missing);
            self.out.extend_from_slice(text);
        }
    }

    /// Writes `text`, filled up with spaces even if the flag `0` is given.
    fn pad_with_spaces(&mut self, text: &[u8]) {
        let zero = std::mem::replace(&mut self.flags.zero, false);
        self.pad(text);
        self.flags.zero = zero;
    }

    fn fill(&mut self, count: usize) {
        let byte = if self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        self.out.resize(self.out.len() + count, byte);
    }
}
