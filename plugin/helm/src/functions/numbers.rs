//! Functions on numbers.

pub(crate) mod cast;
mod decimal;

use gotemplate::strconv::{NumberErrorKind, parse_int};
use gotemplate::{Function, FunctionError, List, Type, Value, fmt};

use super::arguments::{Arguments, Outcome, fixed, text, variadic};
use cast::{to_float, to_int};
use decimal::Decimal;

const ANY: Type = Type::Any;
const INT: Type = Type::INT;
const INT64: Type = Type::INT64;
const FLOAT: Type = Type::FLOAT64;
const INTS: Type = Type::Slice(&Type::INT);

/// The most numbers that `until` and its like count: templates must not exhaust the memory of the process.
const MAX_COUNTED: usize = 4 << 20;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("atoi", &[Type::String], INT, |_, a| Ok(Value::int(atoi(a.text(0))))),
    fixed("int", &[ANY], INT, |_, a| Ok(Value::int(to_int(&a.any(0))))),
    fixed("int64", &[ANY], INT64, |_, a| Ok(Value::int64(to_int(&a.any(0))))),
    fixed("float64", &[ANY], FLOAT, |_, a| Ok(Value::float(to_float(&a.any(0))))),
    fixed("toDecimal", &[ANY], INT64, |_, a| Ok(Value::int64(from_octal(&a.any(0))))),
    variadic("seq", &[INT], Type::String, |_, a| text(sequence(a)?)),
    fixed("until", &[INT], INTS, |_, a| Ok(ints(count(0, a.int(0), if a.int(0) < 0 { -1 } else { 1 })?))),
    fixed("untilStep", &[INT, INT, INT], INTS, |_, a| Ok(ints(count(a.int(0), a.int(1), a.int(2))?))),
    fixed("add1", &[ANY], INT64, |_, a| Ok(Value::int64(to_int(&a.any(0)).wrapping_add(1)))),
    variadic("add", &[ANY], INT64, |_, a| Ok(Value::int64(fold(a, 0, i64::wrapping_add)))),
    fixed("sub", &[ANY, ANY], INT64, |_, a| {
        Ok(Value::int64(to_int(&a.any(0)).wrapping_sub(to_int(&a.any(1)))))
    }),
    fixed("div", &[ANY, ANY], INT64, |_, a| divide(a, i64::wrapping_div)),
    fixed("mod", &[ANY, ANY], INT64, |_, a| divide(a, i64::wrapping_rem)),
    variadic("mul", &[ANY, ANY], INT64, |_, a| {
        Ok(Value::int64(fold(a.from(1), to_int(&a.any(0)), i64::wrapping_mul)))
    }),
    variadic("max", &[ANY, ANY], INT64, |_, a| {
        Ok(Value::int64(fold(a.from(1), to_int(&a.any(0)), i64::max)))
    }),
    variadic("biggest", &[ANY, ANY], INT64, |_, a| {
        Ok(Value::int64(fold(a.from(1), to_int(&a.any(0)), i64::max)))
    }),
    variadic("min", &[ANY, ANY], INT64, |_, a| {
        Ok(Value::int64(fold(a.from(1), to_int(&a.any(0)), i64::min)))
    }),
    variadic("maxf", &[ANY, ANY], FLOAT, |_, a| Ok(Value::float(fold_floats(a, larger)))),
    variadic("minf", &[ANY, ANY], FLOAT, |_, a| {
        Ok(Value::float(fold_floats(a, |one, two| -larger(-one, -two))))
    }),
    fixed("floor", &[ANY], FLOAT, |_, a| Ok(Value::float(to_float(&a.any(0)).floor()))),
    fixed("ceil", &[ANY], FLOAT, |_, a| Ok(Value::float(to_float(&a.any(0)).ceil()))),
    variadic("round", &[ANY, INT, FLOAT], FLOAT, |_, a| {
        let round_on = a.get(2).and_then(Value::as_float).unwrap_or(0.5);
        Ok(Value::float(round(to_float(&a.any(0)), a.int(1), round_on)))
    }),
    fixed("add1f", &[ANY], FLOAT, |_, a| calculate(&[a.any(0), Value::int(1)], |one, two| Ok(one.add(two)))),
    variadic("addf", &[ANY], FLOAT, |_, a| {
        calculate(&[&[Value::float(0.0)], a].concat(), |one, two| Ok(one.add(two)))
    }),
    variadic("subf", &[ANY, ANY], FLOAT, |_, a| calculate(a, |one, two| Ok(one.subtract(two)))),
    variadic("mulf", &[ANY, ANY], FLOAT, |_, a| calculate(a, |one, two| Ok(one.multiply(two)))),
    variadic("divf", &[ANY, ANY], FLOAT, |_, a| calculate(a, Decimal::divide)),
];

/// What doesn't fit is the largest or smallest int; everything else that isn't one is 0.
pub(super) fn atoi(text: &[u8]) -> i64 {
    match parse_int(text, 10, 64) {
        Ok(number) => number,
        Err(error) if error.kind == NumberErrorKind::Range && text.starts_with(b"-") => i64::MIN,
        Err(error) if error.kind == NumberErrorKind::Range => i64::MAX,
        Err(_) => 0,
    }
}

/// `toDecimal`: what `%v` prints, read as octal.
fn from_octal(value: &Value) -> i64 {
    parse_int(fmt::sprint(std::slice::from_ref(value)).as_bytes(), 8, 64).unwrap_or(0)
}

fn fold(values: &[Value], start: i64, operation: fn(i64, i64) -> i64) -> i64 {
    values.iter().map(to_int).fold(start, operation)
}

fn divide(a: &[Value], operation: fn(i64, i64) -> i64) -> Outcome {
    match to_int(&a.any(1)) {
        0 => Err(FunctionError::new("runtime error: integer divide by zero")),
        divisor => Ok(Value::int64(operation(to_int(&a.any(0)), divisor))),
    }
}

fn fold_floats(values: &[Value], operation: impl Fn(f64, f64) -> f64) -> f64 {
    values.iter().map(to_float).reduce(operation).unwrap_or_default()
}

/// `math.Max`: infinity before no number, and 0 before -0.
fn larger(one: f64, two: f64) -> f64 {
    match () {
        () if one == f64::INFINITY || two == f64::INFINITY => f64::INFINITY,
        () if one.is_nan() || two.is_nan() => f64::NAN,
        () if one == 0.0 && two == 0.0 => {
            if one.is_sign_negative() {
                two
            } else {
                one
            }
        }
        () if one > two => one,
        () => two,
    }
}

/// Sprig's own way of rounding: what is at least `round_on` above a whole goes up, so that -2.5 becomes -3.
fn round(number: f64, places: i64, round_on: f64) -> f64 {
    let power = power_of_ten(places);
    let scaled = power * number;
    let rounded = if scaled.fract() >= round_on { scaled.ceil() } else { scaled.floor() };
    rounded / power
}

/// `math.Pow(10, places)`, which multiplies powers of the mantissa and differs from other ways in the last digit.
fn power_of_ten(places: i64) -> f64 {
    const MANTISSA: f64 = 0.625;
    const EXPONENT: i64 = 4;
    let (mut power, mut exponent) = (1.0_f64, 0_i64);
    let (mut square, mut square_exponent) = (MANTISSA, EXPONENT);
    let mut rest = places.unsigned_abs();
    while rest != 0 {
        if square_exponent.abs() > 1 << 12 {
            exponent += square_exponent;
            break;
        }
        if rest & 1 == 1 {
            power *= square;
            exponent += square_exponent;
        }
        square *= square;
        square_exponent <<= 1;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        rest >>= 1;
    }
    if places < 0 { scale(1.0 / power, -exponent) } else { scale(power, exponent) }
}

/// `number × 2^exponent`.
fn scale(number: f64, exponent: i64) -> f64 {
    let exponent = i32::try_from(exponent.clamp(-4_000, 4_000)).unwrap_or_default();
    // In two steps, so that a power out of range on the way does not lose the result.
    let half = exponent / 2;
    number * 2_f64.powi(half) * 2_f64.powi(exponent - half)
}

fn calculate(
    values: &[Value],
    operation: fn(&Decimal, &Decimal) -> Result<Decimal, decimal::DecimalError>,
) -> Outcome {
    let panicked = |error: decimal::DecimalError| FunctionError::new(error.to_string());
    let mut decimals = values.iter().map(|value| Decimal::from_float(to_float(value)));
    let mut total = decimals.next().unwrap_or_else(|| Decimal::from_float(0.0)).map_err(panicked)?;
    for decimal in decimals {
        total = operation(&total, &decimal.map_err(panicked)?).map_err(panicked)?;
    }
    Ok(Value::float(total.to_float()))
}

/// The numbers from `start` on, `stop` not included. A step in the wrong direction, or none, counts nothing.
fn count(start: i64, stop: i64, step: i64) -> Result<Vec<i64>, FunctionError> {
    let mut numbers = Vec::new();
    let is_down = stop < start;
    if is_down && step >= 0 || !is_down && step <= 0 {
        return Ok(numbers);
    }
    let mut number = start;
    while if is_down { number > stop } else { number < stop } {
        if numbers.len() == MAX_COUNTED {
            return Err(FunctionError::new(format!("more than {MAX_COUNTED} numbers")));
        }
        numbers.push(number);
        let Some(next) = number.checked_add(step) else { break };
        number = next;
    }
    Ok(numbers)
}

fn ints(numbers: Vec<i64>) -> Value {
    Value::List(List::typed(&Type::INT, numbers.into_iter().map(Value::int).collect()))
}

/// `seq`: last, or first and last, or first, step and last; both ends included.
fn sequence(a: &[Value]) -> Result<String, FunctionError> {
    let (start, step, end) = match a.len() {
        1 => (1, None, a.int(0)),
        2 => (a.int(0), None, a.int(1)),
        3 => (a.int(0), Some(a.int(1)), a.int(2)),
        _ => return Ok(String::new()),
    };
    let direction = if end < start { -1 } else { 1 };
    if direction < 0 && step.is_some_and(|step| step > 0) {
        return Ok(String::new());
    }
    let numbers = count(start, end.wrapping_add(direction), step.unwrap_or(direction))?;
    Ok(numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(" "))
}
