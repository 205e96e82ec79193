//! The rules of frames and outboxes, on a pipe instead of a connection.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::AsyncWriteExt;
use futures::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::*;
use crate::command::StreamId;
use crate::config::{
    self, ENTRY_FRAME_MAX_BYTES, ENTRY_KIND, FRAME_MAX_BYTES, OUTBOX_BYTES, OUTBOX_FRAMES,
};
use crate::event::StreamEnd;
use crate::handle::SendRefused;

const ID: StreamId = StreamId(1);

/// A pipe whose one end is run as a stream; the other end is the peer's.
fn running() -> (
    impl AsyncRead + AsyncWrite + Unpin,
    Arc<Outbox>,
    mpsc::Receiver<(StreamId, Note)>,
) {
    let (near, far) = pipe::pair();
    let outbox = Arc::new(Outbox::default());
    let (sender, notes) = mpsc::channel(config::FRAME_QUEUE);
    tokio::spawn(run(ID, near, outbox.clone(), sender));
    (far, outbox, notes)
}

async fn next(notes: &mut mpsc::Receiver<(StreamId, Note)>) -> Note {
    let note = timeout(Duration::from_secs(10), notes.recv()).await;
    note.expect("in time").expect("the stream's task runs").1
}

#[tokio::test]
async fn a_length_that_no_frame_has_ends_the_stream_with_that_reason_and_costs_no_memory() {
    let too_long = (FRAME_MAX_BYTES + 1) as u32;
    let too_long_entry = (ENTRY_FRAME_MAX_BYTES + 1) as u32;
    for (kind, length) in [
        (2, 0),
        (2, too_long),
        (ENTRY_KIND, too_long_entry),
        (9, u32::MAX),
    ] {
        let (mut far, _outbox, mut notes) = running();
        let mut head = length.to_le_bytes().to_vec();
        head.push(kind);
        far.write_all(&head).await.expect("the pipe takes it");
        match next(&mut notes).await {
            Note::Ended(reason) => assert_eq!(reason, StreamEnd::BadLength { length }),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_stream_cut_in_the_middle_of_a_frame_is_lost_and_between_frames_is_closed() {
    for (bytes, end) in [
        (&[][..], StreamEnd::ClosedByPeer),
        (&[3, 0, 0][..], StreamEnd::Lost),
        (&[3, 0, 0, 0, 2, 7][..], StreamEnd::Lost),
    ] {
        let (mut far, _outbox, mut notes) = running();
        far.write_all(bytes).await.expect("the pipe takes it");
        drop(far);
        match next(&mut notes).await {
            Note::Ended(reason) => assert_eq!(reason, end, "after {bytes:?}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn the_smallest_frame_is_one_byte_long() {
    let (mut far, _outbox, mut notes) = running();
    far.write_all(&[1, 0, 0, 0, 77])
        .await
        .expect("the pipe takes it");
    match next(&mut notes).await {
        Note::Frame { kind, body } => assert_eq!((kind, body), (77, Vec::new())),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_outbox_is_bounded_in_bytes_and_in_frames_and_owes_one_drained() {
    let outbox = Outbox::default();
    let piece = Bytes::from(vec![0; 128 * 1024]);
    let mut taken = 0;
    while outbox.push(2, piece.clone()).is_ok() {
        taken += piece.len();
    }
    assert_eq!(taken, OUTBOX_BYTES);
    let mut told = Vec::new();
    while let Some(outbox::Next::Frame { drained, .. }) = outbox.try_next() {
        told.push(drained);
    }
    assert_eq!(told.iter().filter(|drained| **drained).count(), 1);
    assert!(told[told.len() / 2 - 1], "told when half of it was free");

    let outbox = Outbox::default();
    for _ in 0..OUTBOX_FRAMES {
        outbox.push(2, Bytes::new()).expect("room");
    }
    assert_eq!(outbox.push(2, Bytes::new()), Err(SendRefused::Full));
}

/// Two ends of a pipe in memory, in the shape of libp2p's streams.
mod pipe {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use futures::io::{AsyncRead, AsyncWrite};
    use tokio::io::{AsyncRead as _, AsyncWrite as _, DuplexStream, ReadBuf};

    pub struct End(DuplexStream);

    pub fn pair() -> (End, End) {
        let (near, far) = tokio::io::duplex(64 * 1024);
        (End(near), End(far))
    }

    impl AsyncRead for End {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            let mut read = ReadBuf::new(buf);
            Pin::new(&mut self.0)
                .poll_read(cx, &mut read)
                .map_ok(|()| read.filled().len())
        }
    }

    impl AsyncWrite for End {
        fn poll_write(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &[u8],
        ) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.0).poll_write(cx, buf)
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_flush(cx)
        }

        fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_shutdown(cx)
        }
    }
}
