//! Reading foreign bytes and writing our own: little-endian, fixed order, nothing implied.

use crate::config::MAX_TEXT;

/// Why bytes are not what they should be, before their meaning is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A field reaches past the end.
    #[error("the bytes end too early")]
    EndsEarly,
    /// Everything was read and something is left.
    #[error("there are bytes after the end")]
    TrailingBytes,
    /// A string is not UTF-8.
    #[error("a text is not valid UTF-8")]
    NotText,
    /// A string is longer than [`MAX_TEXT`].
    #[error("a text is longer than 256 bytes")]
    TextTooLong,
}

/// Takes fields off the front of a slice. Never reads past the end and never allocates by a foreign count.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Broken> {
        if count > self.0.len() {
            return Err(Broken::EndsEarly);
        }
        let (head, tail) = self.0.split_at(count);
        self.0 = tail;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        self.take(N)?.try_into().map_err(|_| Broken::EndsEarly)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Broken> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Broken> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Broken> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Broken> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(crate) fn i64(&mut self) -> Result<i64, Broken> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    /// u16 length ‖ UTF-8, at most [`MAX_TEXT`] bytes.
    pub(crate) fn text(&mut self) -> Result<String, Broken> {
        let length = usize::from(self.u16()?);
        if length > MAX_TEXT {
            return Err(Broken::TextTooLong);
        }
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| Broken::NotText)?;
        Ok(text.to_owned())
    }

    pub(crate) fn finish(self) -> Result<(), Broken> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Broken::TrailingBytes)
        }
    }
}

/// Appends u16 length ‖ UTF-8.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) -> Result<(), Broken> {
    if text.len() > MAX_TEXT {
        return Err(Broken::TextTooLong);
    }
    // MAX_TEXT fits u16.
    out.extend_from_slice(&(text.len() as u16).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
    Ok(())
}
