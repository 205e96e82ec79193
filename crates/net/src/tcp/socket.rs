//! A TCP connection that notices when the other end is gone.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures::channel::oneshot;
use futures::future::Shared;
use futures::{AsyncRead, AsyncWrite, FutureExt};
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use crate::config;

/// Resolves when the connections from one local address are to be cut.
type Lifeline = Shared<oneshot::Receiver<()>>;

/// A lifeline and the end whose drop cuts it.
type Line = (oneshot::Sender<()>, Lifeline);

/// The connections' lifelines, one per local address: when an address leaves this machine, what was
/// bound to it is dead, and nothing else is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lifelines(Arc<Mutex<HashMap<IpAddr, Line>>>);

impl Lifelines {
    fn of(&self, local: IpAddr) -> Lifeline {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, lifeline) = lines.entry(local).or_insert_with(|| {
            let (end, lifeline) = oneshot::channel();
            (end, lifeline.shared())
        });
        lifeline.clone()
    }

    /// Cuts the connections from this address at once, unsent bytes included.
    pub(crate) fn cut(&self, local: IpAddr) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&local);
    }

    /// Cuts every connection.
    pub(crate) fn cut_all(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// A TCP connection on which every operation fails once no byte arrived for
/// [`config::QUIET_LIMIT`], or once its lifeline is cut.
pub(crate) struct Socket {
    stream: TcpStream,
    lifeline: Option<Lifeline>,
    quiet: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream, lifelines: &Lifelines) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            lifeline: Some(lifelines.of(stream.local_addr()?.ip())),
            stream,
            quiet: Some(Box::pin(tokio::time::sleep(config::QUIET_LIMIT))),
        })
    }

    /// For a connection on which people take their time: it ends only when its user ends it.
    pub(crate) fn patient(mut self) -> Self {
        self.lifeline = None;
        self.quiet = None;
        self
    }

    /// What a pending operation answers: still waiting, or the reason to stop.
    fn waiting<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let cut = self
            .lifeline
            .as_mut()
            .is_some_and(|lifeline| lifeline.poll_unpin(cx).is_ready());
        if cut {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let quiet = self
            .quiet
            .as_mut()
            .is_some_and(|quiet| quiet.as_mut().poll(cx).is_ready());
        if quiet {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }

    /// Cheap: every pending operation polls the lifeline, so a cut is already noted there.
    fn is_cut(&self) -> bool {
        self.lifeline
            .as_ref()
            .is_some_and(|lifeline| lifeline.peek().is_some())
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.is_cut() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let mut read = ReadBuf::new(buf);
        match Pin::new(&mut this.stream).poll_read(cx, &mut read) {
            Poll::Ready(Ok(())) => {
                let heard = read.filled().len();
                if let Some(quiet) = this.quiet.as_mut() {
                    quiet.as_mut().reset(Instant::now() + config::QUIET_LIMIT);
                }
                Poll::Ready(Ok(heard))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => this.waiting(cx),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.is_cut() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        match Pin::new(&mut this.stream).poll_write(cx, buf) {
            Poll::Pending => this.waiting(cx),
            done => done,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
