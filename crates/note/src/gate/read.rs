//! Reading lib0's primitives, never past the end and never into memory not yet paid for.

use super::Refusal;
use crate::config::CLIENT_LIMIT;

/// A cursor over an update's bytes.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether numbers must be in their shortest form.
    shortest: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], shortest: bool) -> Reader<'a> {
        Reader {
            bytes,
            at: 0,
            shortest,
        }
    }

    pub(super) fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The bytes from `start` up to here.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        &self.bytes[start..self.at]
    }

    pub(super) fn byte(&mut self) -> Result<u8, Refusal> {
        let byte = *self.bytes.get(self.at).ok_or(Refusal::CutShort)?;
        self.at += 1;
        Ok(byte)
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Refusal> {
        if count > self.remaining() {
            return Err(Refusal::CountTooLarge);
        }
        let start = self.at;
        self.at += count;
        Ok(self.since(start))
    }

    /// An unsigned number below 2^53: seven bits a byte, lowest first.
    pub(super) fn number(&mut self) -> Result<u64, Refusal> {
        self.number_after(0, 0)
    }

    /// The rest of a number whose lowest `shift` bits are `low`.
    fn number_after(&mut self, low: u64, shift: u32) -> Result<u64, Refusal> {
        let (mut number, mut shift) = (low, shift);
        loop {
            let byte = self.byte()?;
            if shift >= 56 {
                return Err(Refusal::NumberTooLarge);
            }
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                if self.shortest && byte == 0 && shift > 0 {
                    return Err(Refusal::LongNumber);
                }
                return if number < CLIENT_LIMIT {
                    Ok(number)
                } else {
                    Err(Refusal::NumberTooLarge)
                };
            }
            shift += 7;
        }
    }

    /// A signed number's magnitude and sign: six bits and the sign, then seven bits a byte.
    pub(super) fn signed(&mut self) -> Result<(u64, bool), Refusal> {
        let first = self.byte()?;
        let (low, negative) = (u64::from(first & 0x3f), first & 0x40 != 0);
        let magnitude = if first & 0x80 == 0 {
            low
        } else {
            self.number_after(low, 6)?
        };
        Ok((magnitude, negative))
    }

    /// A count of things that take at least `least` bytes each.
    pub(super) fn count(&mut self, least: usize) -> Result<usize, Refusal> {
        let count = self.number()?;
        let most = (self.remaining() / least) as u64;
        if count > most {
            Err(Refusal::CountTooLarge)
        } else {
            Ok(count as usize)
        }
    }

    /// A length in bytes and that many bytes of UTF-8.
    pub(super) fn string(&mut self) -> Result<&'a str, Refusal> {
        let len = self.count(1)?;
        std::str::from_utf8(self.bytes(len)?).map_err(|_| Refusal::NotUtf8)
    }
}
