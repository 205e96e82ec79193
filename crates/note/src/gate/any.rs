//! Values of maps and lists, in lib0's `any` encoding.
//!
//! Null, booleans, strings, numbers in the one form lib0 gives them, and maps of one level.

use std::collections::BTreeSet;

use super::Refusal;
use super::read::Reader;
use crate::config::{ANY_INTEGER_LIMIT, MAX_KEY_BYTES};

const MAP: u8 = 118;

/// Reads over one value.
pub(super) fn skip(reader: &mut Reader<'_>) -> Result<(), Refusal> {
    let tag = reader.byte()?;
    if tag != MAP {
        return scalar(tag, reader);
    }
    // A key and a value take at least a byte each.
    let count = reader.count(2)?;
    let mut keys = BTreeSet::new();
    for _ in 0..count {
        let key = reader.string()?;
        if key.len() > MAX_KEY_BYTES {
            return Err(Refusal::NameTooLong);
        }
        if !keys.insert(key) {
            return Err(Refusal::DuplicateName);
        }
        match reader.byte()? {
            MAP => return Err(Refusal::AnyNesting),
            tag => scalar(tag, reader)?,
        }
    }
    Ok(())
}

fn scalar(tag: u8, reader: &mut Reader<'_>) -> Result<(), Refusal> {
    match tag {
        119 => reader.string().map(|_| ()),
        120 | 121 | 126 => Ok(()),
        123 => {
            let bytes = reader.bytes(8)?;
            let number = f64::from_be_bytes(bytes.try_into().map_err(|_| Refusal::CutShort)?);
            float(number, f64::from(number as f32) != number)
        }
        124 => {
            let bytes = reader.bytes(4)?;
            let number = f32::from_be_bytes(bytes.try_into().map_err(|_| Refusal::CutShort)?);
            float(f64::from(number), true)
        }
        125 => match reader.signed()? {
            // Minus zero is what lib0 writes for it.
            (magnitude, _) if magnitude < ANY_INTEGER_LIMIT as u64 => Ok(()),
            _ => Err(Refusal::AnyNumberForm),
        },
        other => Err(Refusal::AnyKind(other)),
    }
}

/// A float that is finite, needs this width and is none of the integers that have their own form.
fn float(number: f64, right_width: bool) -> Result<(), Refusal> {
    if !number.is_finite() {
        return Err(Refusal::AnyNotFinite);
    }
    let integer = number.fract() == 0.0 && number.abs() < ANY_INTEGER_LIMIT as f64;
    if right_width && !integer {
        Ok(())
    } else {
        Err(Refusal::AnyNumberForm)
    }
}
