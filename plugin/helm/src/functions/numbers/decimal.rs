//! Decimal arithmetic as `shopspring/decimal` does it: `addf 0.1 0.2` is 0.3.

use std::cmp::Ordering;

use num_bigint::BigInt;

/// Digits after the point of a quotient.
const PRECISION: i64 = 16;

/// `value × 10^exponent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    value: BigInt,
    exponent: i64,
}

/// Why an operation has no result: a panic in Go.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub(crate) enum DecimalError {
    /// The number is infinite or no number.
    #[error("Cannot create a Decimal from {}", gonum(*.0))]
    NotFinite(f64),
    /// The divisor is 0.
    #[error("decimal division by 0")]
    DivisionByZero,
}

fn gonum(number: f64) -> &'static str {
    match number {
        _ if number.is_nan() => "NaN",
        _ if number > 0.0 => "+Inf",
        _ => "-Inf",
    }
}

impl Decimal {
    /// The shortest decimal that reads back as the number.
    ///
    /// # Errors
    /// When the number is not finite.
    pub(crate) fn from_float(number: f64) -> Result<Self, DecimalError> {
        if !number.is_finite() {
            return Err(DecimalError::NotFinite(number));
        }
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let value = format!("{whole}{fraction}").parse().unwrap_or_default();
        let places = i64::try_from(fraction.len()).unwrap_or(0);
        Ok(Self { value, exponent: exponent.parse().unwrap_or(0) - places })
    }

    /// The nearest float; beyond the largest, infinity.
    pub(crate) fn to_float(&self) -> f64 {
        format!("{}e{}", self.value, self.exponent).parse().unwrap_or(f64::NAN)
    }

    pub(crate) fn add(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        Self { value: self.at(exponent) + other.at(exponent), exponent }
    }

    pub(crate) fn subtract(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        Self { value: self.at(exponent) - other.at(exponent), exponent }
    }

    pub(crate) fn multiply(&self, other: &Self) -> Self {
        Self { value: &self.value * &other.value, exponent: self.exponent + other.exponent }
    }

    /// The quotient to 16 places, halves rounded away from 0.
    ///
    /// # Errors
    /// When the divisor is 0.
    pub(crate) fn divide(&self, divisor: &Self) -> Result<Self, DecimalError> {
        if divisor.value == BigInt::ZERO {
            return Err(DecimalError::DivisionByZero);
        }
        let shift = self.exponent - divisor.exponent + PRECISION;
        let (dividend, scaled) = match shift.cmp(&0) {
            Ordering::Less => (self.value.clone(), &divisor.value * power_of_ten(-shift)),
            _ => (&self.value * power_of_ten(shift), divisor.value.clone()),
        };
        let mut value = &dividend / &scaled;
        let remainder = &dividend - &value * &scaled;
        if remainder.magnitude() * 2_u32 >= *scaled.magnitude() {
            value += if dividend.sign() == scaled.sign() { 1 } else { -1 };
        }
        Ok(Self { value, exponent: -PRECISION })
    }

    /// The value at a lower exponent.
    fn at(&self, exponent: i64) -> BigInt {
        &self.value * power_of_ten(self.exponent - exponent)
    }
}

fn power_of_ten(exponent: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(exponent).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn decimal(number: f64) -> Decimal {
        Decimal::from_float(number).unwrap()
    }

    #[test]
    fn adds_what_is_written() {
        assert_eq!(decimal(0.1).add(&decimal(0.2)).to_float(), 0.3);
        assert_eq!(decimal(1.1).multiply(&decimal(1.1)).to_float(), 1.21);
        assert_eq!(decimal(1e300).subtract(&decimal(1e-300)).to_float(), 1e300);
    }

    #[test]
    fn divides_to_sixteen_places() {
        let quotient =
            |one: f64, other: f64| decimal(one).divide(&decimal(other)).map(|result| result.to_float());
        assert_eq!(quotient(1.0, 3.0), Ok(0.333_333_333_333_333_3));
        assert_eq!(quotient(-2.0, 3.0), Ok(-0.666_666_666_666_666_7));
        assert_eq!(quotient(1.0, 1e17), Ok(0.0));
        assert_eq!(quotient(1.0, 0.0), Err(DecimalError::DivisionByZero));
    }
}
