//! The task of one open stream: reads frames, writes frames, ends with one reason.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::io::{BufReader, ReadHalf, WriteHalf};
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::command::StreamId;
use crate::config;
use crate::event::StreamEnd;
use crate::streams::frame;
use crate::streams::outbox::{Next, Outbox};

/// What a stream's task tells the network task.
#[derive(Debug)]
pub(crate) enum Note {
    /// A frame came in.
    Frame { kind: u8, body: Vec<u8> },
    /// The outbox has room again.
    Drained,
    /// The last note of a stream.
    Ended(StreamEnd),
}

/// Runs an open stream until it ends. Dropping the future resets the stream.
pub(crate) async fn run<S>(
    id: StreamId,
    stream: S,
    outbox: Arc<Outbox>,
    notes: mpsc::Sender<(StreamId, Note)>,
) where
    S: AsyncRead + AsyncWrite,
{
    let (reader, writer) = stream.split();
    let reason = tokio::select! {
        reason = read_all(id, reader, &notes) => reason,
        reason = write_all(id, writer, &outbox, &notes) => reason,
    };
    outbox.close();
    // The receiver is gone only when the net is.
    let _ = notes.send((id, Note::Ended(reason))).await;
}

async fn read_all<S: AsyncRead>(
    id: StreamId,
    reader: ReadHalf<S>,
    notes: &mpsc::Sender<(StreamId, Note)>,
) -> StreamEnd {
    let mut reader = BufReader::with_capacity(config::WRITE_PIECE, reader);
    loop {
        let (kind, body) = match read_frame(&mut reader).await {
            Ok(frame) => frame,
            Err(reason) => return reason,
        };
        if notes.send((id, Note::Frame { kind, body })).await.is_err() {
            return StreamEnd::Lost;
        }
    }
}

/// Reads one frame; an error is the end of the stream.
pub(crate) async fn read_frame(
    reader: &mut (impl AsyncRead + Unpin),
) -> Result<(u8, Vec<u8>), StreamEnd> {
    let mut head = [0; frame::HEAD_BYTES];
    // Between frames a stream may rest for ever; the connection under it may not.
    match reader.read(&mut head[..1]).await {
        Ok(0) => return Err(StreamEnd::ClosedByPeer),
        Ok(_) => {}
        Err(error) => return Err(lost(&error)),
    }
    read_exact(reader, &mut head[1..]).await?;
    let (kind, length) =
        frame::parse_head(head).map_err(|length| StreamEnd::BadLength { length })?;
    let mut body = Vec::new();
    while body.len() < length {
        // Memory follows the bytes that came, not the length that was declared.
        let start = body.len();
        body.resize(length.min(start + 4 * config::WRITE_PIECE), 0);
        read_exact(reader, &mut body[start..]).await?;
    }
    Ok((kind, body))
}

async fn read_exact(
    reader: &mut (impl AsyncRead + Unpin),
    mut part: &mut [u8],
) -> Result<(), StreamEnd> {
    while !part.is_empty() {
        let read = within(config::READ_STALL, reader.read(part)).await?;
        if read == 0 {
            return Err(StreamEnd::Lost);
        }
        part = &mut part[read..];
    }
    Ok(())
}

async fn write_all<S: AsyncWrite>(
    id: StreamId,
    mut writer: WriteHalf<S>,
    outbox: &Outbox,
    notes: &mpsc::Sender<(StreamId, Note)>,
) -> StreamEnd {
    loop {
        let next = match outbox.try_next() {
            Some(next) => next,
            None => {
                // Nothing more to join to what was written: let it go.
                if let Err(reason) = within(config::WRITE_STALL, writer.flush()).await {
                    return reason;
                }
                outbox.next().await
            }
        };
        let Next::Frame {
            kind,
            body,
            drained,
        } = next
        else {
            return close(writer).await;
        };
        if drained && notes.send((id, Note::Drained)).await.is_err() {
            return StreamEnd::Lost;
        }
        let written = async {
            write_exact(&mut writer, &frame::head(kind, body.len())).await?;
            write_exact(&mut writer, &body).await
        };
        if let Err(reason) = written.await {
            return reason;
        }
    }
}

async fn write_exact(
    writer: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
) -> Result<(), StreamEnd> {
    for piece in bytes.chunks(config::WRITE_PIECE) {
        within(config::WRITE_STALL, writer.write_all(piece)).await?;
    }
    Ok(())
}

async fn close<S: AsyncWrite>(mut writer: WriteHalf<S>) -> StreamEnd {
    let flushed = async {
        writer.flush().await?;
        writer.close().await
    };
    match timeout(config::CLOSE_FLUSH, flushed).await {
        Ok(Ok(())) => StreamEnd::ClosedHere,
        Ok(Err(error)) => lost(&error),
        Err(_) => StreamEnd::Stalled,
    }
}

async fn within<T>(
    limit: Duration,
    work: impl Future<Output = io::Result<T>>,
) -> Result<T, StreamEnd> {
    match timeout(limit, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(lost(&error)),
        Err(_) => Err(StreamEnd::Stalled),
    }
}

fn lost(error: &io::Error) -> StreamEnd {
    match error.kind() {
        // How yamux reports a stream that the peer reset or closed for writing.
        io::ErrorKind::BrokenPipe | io::ErrorKind::WriteZero => StreamEnd::ClosedByPeer,
        _ => StreamEnd::Lost,
    }
}
