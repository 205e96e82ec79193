//! JSON text inside an update: read once, without recursion, with the limits of the gate.
//!
//! What passes here is read the same by serde_json (inside yrs) and by every JavaScript engine:
//! strings are whole characters, numbers are doubles, no object has one name twice.

use std::collections::BTreeSet;

use super::Refusal;
use crate::config::{JSON_INTEGER_LIMIT, MAX_JSON_BYTES, MAX_NESTING};

/// A value's outermost level.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Outermost {
    /// Whether it is an object.
    pub(super) object: bool,
    /// Its entries: name, and the text of a string value.
    pub(super) entries: Vec<(String, Option<String>)>,
}

/// Checks one JSON text and returns its outermost level.
pub(super) fn check(text: &str) -> Result<Outermost, Refusal> {
    if text.len() > MAX_JSON_BYTES {
        return Err(Refusal::JsonTooLong);
    }
    let mut scanner = Scanner {
        bytes: text.as_bytes(),
        at: 0,
        open: Vec::new(),
        top: Outermost::default(),
    };
    scanner.value()?;
    while !scanner.open.is_empty() {
        scanner.step()?;
    }
    scanner.space();
    if scanner.at == scanner.bytes.len() {
        Ok(scanner.top)
    } else {
        Err(Refusal::NotJson)
    }
}

/// What is open around the cursor.
enum Open {
    List { empty: bool },
    Object { names: BTreeSet<String> },
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open>,
    top: Outermost,
}

impl Scanner<'_> {
    /// Continues the innermost list or object by one entry, or closes it.
    fn step(&mut self) -> Result<(), Refusal> {
        self.space();
        let next = self.peek();
        match self.open.last_mut() {
            Some(Open::List { empty }) => {
                let first = std::mem::replace(empty, false);
                match next {
                    Some(b']') => {
                        self.at += 1;
                        // A value just before is a trailing comma's absence; `first` says nothing was.
                        self.open.pop();
                        Ok(())
                    }
                    Some(b',') if !first => {
                        self.at += 1;
                        self.value()
                    }
                    Some(_) if first => self.value(),
                    _ => Err(Refusal::NotJson),
                }
            }
            Some(Open::Object { names }) => {
                let first = names.is_empty();
                match next {
                    Some(b'}') => {
                        self.at += 1;
                        self.open.pop();
                        Ok(())
                    }
                    Some(b',') if !first => {
                        self.at += 1;
                        self.entry()
                    }
                    Some(_) if first => self.entry(),
                    _ => Err(Refusal::NotJson),
                }
            }
            None => Ok(()),
        }
    }

    fn entry(&mut self) -> Result<(), Refusal> {
        self.space();
        let name = self.string()?;
        self.space();
        self.expect(b':')?;
        let outermost = self.open.len() == 1;
        if let Some(Open::Object { names }) = self.open.last_mut()
            && !names.insert(name.clone())
        {
            return Err(Refusal::DuplicateName);
        }
        self.space();
        let text = if self.peek() == Some(b'"') {
            Some(self.string()?)
        } else {
            None
        };
        if text.is_none() {
            self.value()?;
        }
        if outermost {
            self.top.entries.push((name, text));
        }
        Ok(())
    }

    /// Reads a scalar, or opens a list or object.
    fn value(&mut self) -> Result<(), Refusal> {
        self.space();
        match self.peek().ok_or(Refusal::NotJson)? {
            b'{' => {
                self.top.object |= self.open.is_empty();
                self.open(Open::Object {
                    names: BTreeSet::new(),
                })
            }
            b'[' => self.open(Open::List { empty: true }),
            b'"' => self.string().map(|_| ()),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    fn open(&mut self, what: Open) -> Result<(), Refusal> {
        if self.open.len() == MAX_NESTING {
            return Err(Refusal::TooDeep);
        }
        self.at += 1;
        self.open.push(what);
        Ok(())
    }

    fn number(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.digits()?;
        if whole.len() > 1 && whole.starts_with(b"0") {
            return Err(Refusal::NotJson);
        }
        let mut integer = true;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
            integer = false;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
            integer = false;
        }
        let text =
            std::str::from_utf8(&self.bytes[start..self.at]).map_err(|_| Refusal::NotJson)?;
        let number: f64 = text.parse().map_err(|_| Refusal::NotJson)?;
        let exact = !integer || number.abs() < JSON_INTEGER_LIMIT as f64;
        if number.is_finite() && exact {
            Ok(())
        } else {
            Err(Refusal::JsonNumber)
        }
    }

    fn digits(&mut self) -> Result<&[u8], Refusal> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            Err(Refusal::NotJson)
        } else {
            Ok(&self.bytes[start..self.at])
        }
    }

    /// A string with its escapes resolved.
    fn string(&mut self) -> Result<String, Refusal> {
        self.expect(b'"')?;
        let mut text = Vec::new();
        loop {
            match self.next()? {
                b'"' => break,
                b'\\' => {
                    let character = self.escape()?;
                    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                control if control < b' ' => return Err(Refusal::NotJson),
                byte => text.push(byte),
            }
        }
        // The input was UTF-8 and only whole characters were replaced.
        String::from_utf8(text).map_err(|_| Refusal::NotJson)
    }

    fn escape(&mut self) -> Result<char, Refusal> {
        Ok(match self.next()? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err(Refusal::NotJson),
        })
    }

    fn unicode(&mut self) -> Result<char, Refusal> {
        let unit = self.unit()?;
        if let Some(character) = char::from_u32(unit) {
            return Ok(character);
        }
        let follows = self.bytes.get(self.at..self.at + 2) == Some(b"\\u");
        if !(0xd800..0xdc00).contains(&unit) || !follows {
            return Err(Refusal::HalfCharacter);
        }
        self.at += 2;
        let low = self.unit()?;
        if !(0xdc00..0xe000).contains(&low) {
            return Err(Refusal::HalfCharacter);
        }
        let scalar = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        char::from_u32(scalar).ok_or(Refusal::HalfCharacter)
    }

    fn unit(&mut self) -> Result<u32, Refusal> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = char::from(self.next()?)
                .to_digit(16)
                .ok_or(Refusal::NotJson)?;
            unit = unit * 16 + digit;
        }
        Ok(unit)
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Refusal> {
        for byte in word {
            self.expect(*byte)?;
        }
        Ok(())
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Result<u8, Refusal> {
        let byte = self.peek().ok_or(Refusal::NotJson)?;
        self.at += 1;
        Ok(byte)
    }

    fn expect(&mut self, byte: u8) -> Result<(), Refusal> {
        if self.next()? == byte {
            Ok(())
        } else {
            Err(Refusal::NotJson)
        }
    }
}
