//! The parsers of foreign bytes, as functions of bytes.
//!
//! Sockets and mDNS give their bytes to these very functions inside this crate. They are public so
//! that the fuzz targets (`tests/fuzz`) need no socket to reach them.

use std::io;

use futures::AsyncRead;

use crate::discovery::Txt;
use crate::event::StreamEnd;
use crate::{pair, streams};

/// Reads the TXT record of somebody's announcement, `get` giving the value of a key, and returns the
/// keys and values that say the same. `None` where it would be passed over.
pub fn announcement<'a>(
    get: impl Fn(&str) -> Option<&'a [u8]>,
) -> Option<Vec<(&'static str, Vec<u8>)>> {
    Txt::parse(get).map(|txt| txt.properties())
}

/// Reads one frame of a stream: its type and its body. Must be called inside the tokio runtime.
///
/// # Errors
/// The reason for which the stream would end.
pub async fn frame(reader: &mut (impl AsyncRead + Unpin)) -> Result<(u8, Vec<u8>), StreamEnd> {
    streams::read_frame(reader).await
}

/// Reads one message of a pairing, of at most `limit` bytes; `None` where it says that it is longer.
///
/// # Errors
/// When the bytes end before the message does.
pub async fn pairing_message(
    reader: &mut (impl AsyncRead + Unpin),
    limit: usize,
) -> io::Result<Option<Vec<u8>>> {
    pair::read_message(reader, limit).await
}
