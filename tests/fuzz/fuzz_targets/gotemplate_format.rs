//! `Printf` takes any format with any operands; quoted text and printed numbers read back.
#![no_main]

use arbitrary::Arbitrary;
use gotemplate::{FloatKind, IntKind, UintKind, Value, fmt, strconv};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Operand {
    Nil,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Complex(f64, f64),
    Text(Vec<u8>),
    Bytes(Vec<u8>),
    List(Vec<Operand>),
    Map(Vec<(String, Operand)>),
}

impl From<Operand> for Value {
    fn from(operand: Operand) -> Self {
        match operand {
            Operand::Nil => Self::Nil,
            Operand::Bool(value) => Self::Bool(value),
            Operand::Int(value) => Self::Int(value, IntKind::Int),
            Operand::Uint(value) => Self::Uint(value, UintKind::Uint),
            Operand::Float(value) => Self::Float(value, FloatKind::Float64),
            Operand::Complex(real, imaginary) => Self::Complex(real, imaginary),
            Operand::Text(bytes) => Self::string(bytes),
            Operand::Bytes(bytes) => Self::bytes(bytes),
            Operand::List(items) => Self::list(items.into_iter().map(Self::from).collect()),
            Operand::Map(entries) => {
                Self::map(entries.into_iter().map(|(key, value)| (key, Self::from(value))))
            }
        }
    }
}

fuzz_target!(|input: (&[u8], Vec<Operand>, f64)| {
    let (format, operands, float) = input;
    let operands: Vec<Value> = operands.into_iter().map(Value::from).collect();
    assert_eq!(fmt::sprintf(format, &operands), fmt::sprintf(format, &operands));
    let _ = fmt::sprint(&operands);
    let _ = fmt::sprintln(&operands);

    let quoted = strconv::quote(format);
    assert_eq!(strconv::unquote(quoted.as_bytes()).expect("quoted text").as_bytes(), format);
    if let Ok(number) = strconv::parse_int(format, 0, 64) {
        assert_eq!(strconv::parse_int(number.to_string().as_bytes(), 10, 64), Ok(number));
    }
    if let Ok(number) = strconv::parse_float(format, FloatKind::Float64) {
        read_back(number);
    }
    read_back(float);
});

fn read_back(number: f64) {
    let text = fmt::sprint(&[Value::float(number)]);
    let read = strconv::parse_float(text.as_bytes(), FloatKind::Float64).expect("a printed number");
    assert!(read == number || read.is_nan() && number.is_nan(), "{number:?} became {text}");
}
