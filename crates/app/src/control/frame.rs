//! Frames of the control socket: u32 length ‖ JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::config::{CONTROL_ANSWER_BYTES, CONTROL_FRAME_BYTES};

/// Why a frame could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The other side has gone, or the socket failed.
    #[error("the connection broke: {0}")]
    Broken(#[from] std::io::Error),
    /// The frame or answer is longer than the limit.
    #[error("a message of {0} bytes is longer than the control socket carries")]
    TooLong(usize),
    /// The bytes are not the JSON expected.
    #[error("a message on the control socket cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// Encodes a message that must fit one frame.
pub(super) fn encode(message: &impl Serialize) -> Result<Vec<u8>, FrameError> {
    let json = serde_json::to_vec(message)?;
    if json.len() > CONTROL_FRAME_BYTES {
        return Err(FrameError::TooLong(json.len()));
    }
    Ok(json)
}

/// Writes one frame.
pub(super) async fn write(
    to: &mut (impl AsyncWrite + Unpin),
    json: &[u8],
) -> Result<(), FrameError> {
    let length = u32::try_from(json.len())
        .ok()
        .filter(|_| json.len() <= CONTROL_FRAME_BYTES)
        .ok_or(FrameError::TooLong(json.len()))?;
    to.write_all(&length.to_le_bytes()).await?;
    to.write_all(json).await?;
    to.flush().await?;
    Ok(())
}

/// Reads one frame; `None` when the other side closed between frames. Public for the fuzz targets
/// (`tests/fuzz`), which have no socket.
///
/// # Errors
/// When the bytes end inside a frame, or it says that it is longer than the limit.
pub async fn read(from: &mut (impl AsyncRead + Unpin)) -> Result<Option<Vec<u8>>, FrameError> {
    let mut length = [0u8; 4];
    match from.read(&mut length[..1]).await? {
        0 => return Ok(None),
        _ => from.read_exact(&mut length[1..]).await?,
    };
    let length = u32::from_le_bytes(length) as usize;
    if length > CONTROL_FRAME_BYTES {
        return Err(FrameError::TooLong(length));
    }
    let mut json = vec![0; length];
    from.read_exact(&mut json).await?;
    Ok(Some(json))
}

/// One piece of an answer: pieces are put together until `last`.
const MORE: u8 = 0;
const LAST: u8 = 1;

/// Writes an answer of any length up to [`CONTROL_ANSWER_BYTES`] as frames of one marker byte and bytes of JSON.
pub(super) async fn write_answer(
    to: &mut (impl AsyncWrite + Unpin),
    answer: &impl Serialize,
) -> Result<(), FrameError> {
    let json = serde_json::to_vec(answer)?;
    if json.len() > CONTROL_ANSWER_BYTES {
        return Err(FrameError::TooLong(json.len()));
    }
    let mut pieces = json.chunks(CONTROL_FRAME_BYTES - 1).peekable();
    while let Some(piece) = pieces.next() {
        let marker = if pieces.peek().is_some() { MORE } else { LAST };
        let mut frame = Vec::with_capacity(piece.len() + 1);
        frame.push(marker);
        frame.extend_from_slice(piece);
        write(to, &frame).await?;
    }
    Ok(())
}

/// Reads an answer written by [`write_answer`]; `None` when the other side closed before it.
pub(super) async fn read_answer<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
) -> Result<Option<T>, FrameError> {
    let mut json = Vec::new();
    loop {
        let Some(frame) = read(from).await? else {
            return Ok(None);
        };
        let (marker, piece) = frame.split_first().ok_or(FrameError::TooLong(0))?;
        if json.len() + piece.len() > CONTROL_ANSWER_BYTES {
            return Err(FrameError::TooLong(json.len() + piece.len()));
        }
        json.extend_from_slice(piece);
        if *marker == LAST {
            return Ok(Some(serde_json::from_slice(&json)?));
        }
    }
}
