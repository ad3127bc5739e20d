//! Exact decimal numbers: what a text writes in digits is kept digit by digit, and a million times it too.

use std::fmt;

/// `digits` times ten to the power of `exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: u128,
    exponent: i32,
    negative: bool,
}

impl Decimal {
    pub(super) const fn whole(digits: u128) -> Self {
        Self {
            digits,
            exponent: 0,
            negative: false,
        }
    }

    /// Reads digits with at most one point among them; other characters are passed over. Nothing where there are too many digits.
    pub(super) fn read(written: &str) -> Option<Self> {
        let mut number = Self::whole(0);
        let mut past_point = false;
        for byte in written.bytes() {
            match byte {
                b'0'..=b'9' => {
                    let digit = u128::from(byte - b'0');
                    number.digits = number.digits.checked_mul(10)?.checked_add(digit)?;
                    number.exponent -= i32::from(past_point);
                }
                b'.' => past_point = true,
                _ => {}
            }
        }
        Some(number)
    }

    /// Times ten to the power of `power`.
    pub(super) const fn shifted(self, power: i32) -> Self {
        Self {
            exponent: self.exponent + power,
            ..self
        }
    }

    pub(super) const fn negated(self) -> Self {
        Self {
            negative: !self.negative,
            ..self
        }
    }

    /// The sum of two numbers that are not negative.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let (one, two, exponent) = self.aligned(other)?;
        Some(Self {
            digits: one.checked_add(two)?,
            exponent,
            negative: false,
        })
    }

    /// Whether it is smaller than another, both not negative.
    pub(super) fn is_below(self, other: Self) -> bool {
        self.aligned(other).is_some_and(|(one, two, _)| one < two)
    }

    /// Whether it is a whole number within these bounds, written without a point.
    pub(super) fn is_within(self, bounds: std::ops::Range<u128>) -> bool {
        self.exponent == 0 && bounds.contains(&self.digits)
    }

    /// The digits of both on the smaller exponent.
    fn aligned(self, other: Self) -> Option<(u128, u128, i32)> {
        let exponent = self.exponent.min(other.exponent);
        let on_it = |number: Self| {
            let power = u32::try_from(number.exponent - exponent).ok()?;
            number.digits.checked_mul(10_u128.checked_pow(power)?)
        };
        Some((on_it(self)?, on_it(other)?, exponent))
    }
}

impl fmt::Display for Decimal {
    /// Plain, without exponent and without zeros that say nothing: `1200000000`, `-0.25`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut digits, mut exponent) = (self.digits, self.exponent);
        while exponent < 0 && digits.is_multiple_of(10) {
            digits /= 10;
            exponent += 1;
        }
        if self.negative && digits > 0 {
            out.write_str("-")?;
        }
        if digits == 0 {
            return out.write_str("0");
        }
        let zeros = usize::try_from(exponent).unwrap_or(0);
        let places = usize::try_from(-exponent).unwrap_or(0);
        let written = format!("{digits:0>width$}", width = places + 1);
        let (whole, part) = written.split_at(written.len() - places);
        write!(out, "{whole}{:0<zeros$}", "")?;
        if part.is_empty() {
            return Ok(());
        }
        write!(out, ".{part}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_rounded() {
        let written = |text: &str, power| Decimal::read(text).map(|n| n.shifted(power).to_string());
        assert_eq!(written("1.2", 9).as_deref(), Some("1200000000"));
        assert_eq!(written("0.1234567", 6).as_deref(), Some("123456.7"));
        assert_eq!(written("25", -2).as_deref(), Some("0.25"));
        assert_eq!(written("5.00", 0).as_deref(), Some("5"));
        assert_eq!(written("100", 0).as_deref(), Some("100"));
        assert_eq!(written("0.00", 3).as_deref(), Some("0"));
        assert_eq!(written(&"9".repeat(60), 0), None);
    }
}
