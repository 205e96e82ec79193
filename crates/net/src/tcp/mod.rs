//! Our own thin TCP transport under Noise.
//!
//! libp2p's sets `SO_REUSEPORT` on listeners, so that a busy port goes unnoticed and two profiles
//! share their connections by chance; it drops the zone of link-local IPv6 addresses, which a network
//! without router needs; it opens a netlink socket, which the offline switch would have to close; and
//! it never notices a dead connection. This one takes sockets that are already bound (`bind`), dials
//! with zones, and wraps every connection in a [`Socket`] that ends when nothing is heard on it.

mod bind;
mod socket;

use std::collections::VecDeque;
use std::future::{Ready, ready};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use libp2p::Multiaddr;
use libp2p::core::transport::{DialOpts, ListenerId, TransportError, TransportEvent};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep, sleep_until};

pub use bind::BindError;
pub(crate) use bind::{Bound, bind, everywhere_at};
pub(crate) use socket::{Lifelines, Socket};

use crate::addr::{from_multiaddr, to_multiaddr};
use crate::config;

/// Pause after a failed accept (no file descriptors left): the error would come back at once.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Marks an error of the TCP level, so that a failed dial can tell "nobody there" from "not Skein".
#[derive(Debug, thiserror::Error)]
#[error("no connection: {0}")]
pub(crate) struct Unreached(pub(crate) io::ErrorKind);

/// Carries the mark through layers that show only the source of what is inside an `io::Error`.
#[derive(Debug, thiserror::Error)]
#[error("connecting failed")]
struct Marked(#[source] Unreached);

fn unreached(error: &io::Error) -> io::Error {
    let kind = error.kind();
    io::Error::new(kind, Marked(Unreached(kind)))
}

/// Listeners that are bound already, and dialling.
pub(crate) struct Tcp {
    listeners: Vec<TcpListener>,
    lifelines: Lifelines,
    pause: Option<Pin<Box<Sleep>>>,
    pace: AcceptPace,
    announced: bool,
    events: VecDeque<TransportEvent<Ready<io::Result<Socket>>, io::Error>>,
    waker: Option<Waker>,
    id: ListenerId,
}

impl Tcp {
    /// Takes over the listeners; connections can be cut by their lifelines.
    pub(crate) fn new(listeners: Vec<TcpListener>, lifelines: Lifelines) -> Self {
        Self {
            listeners,
            lifelines,
            pause: None,
            pace: AcceptPace::default(),
            announced: false,
            events: VecDeque::new(),
            waker: None,
            id: ListenerId::next(),
        }
    }

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<(SocketAddr, SocketAddr, Socket)> {
        if let Some(pause) = self.pause.as_mut() {
            if pause.poll_unpin(cx).is_pending() {
                return Poll::Pending;
            }
            self.pause = None;
        }
        if let Some(until) = self.pace.full(Instant::now()) {
            self.rest(until, cx);
            return Poll::Pending;
        }
        for index in 0..self.listeners.len() {
            let accepted = match self.listeners[index].poll_accept(cx) {
                Poll::Pending => continue,
                Poll::Ready(accepted) => accepted,
            };
            let opened = accepted.and_then(|(stream, remote)| {
                let local = stream.local_addr()?;
                Ok((local, remote, Socket::new(stream, &self.lifelines)?))
            });
            match opened {
                Ok(incoming) => {
                    self.pace.taken += 1;
                    return Poll::Ready(incoming);
                }
                Err(error) => {
                    tracing::debug!(%error, "accept failed");
                    self.rest(Instant::now() + ACCEPT_PAUSE, cx);
                    return Poll::Pending;
                }
            }
        }
        Poll::Pending
    }

    fn rest(&mut self, until: Instant, cx: &mut Context<'_>) {
        let mut pause = Box::pin(sleep_until(until));
        // Registers the waker, unless the time has come already.
        if pause.poll_unpin(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
        self.pause = Some(pause);
    }
}

/// How many connections were taken lately. What is too much stays in the system's queue and costs
/// nothing there; dials to members do not come this way.
#[derive(Debug, Default)]
struct AcceptPace {
    window_ends: Option<Instant>,
    taken: u32,
}

impl AcceptPace {
    /// When the next may be taken, if not now.
    fn full(&mut self, now: Instant) -> Option<Instant> {
        match self.window_ends {
            Some(ends) if now < ends => (self.taken >= config::ACCEPTS_PER_WINDOW).then_some(ends),
            _ => {
                self.window_ends = Some(now + config::ACCEPT_WINDOW);
                self.taken = 0;
                None
            }
        }
    }
}

/// Connects within the deadline; errors carry [`Unreached`].
pub(crate) async fn connect(address: SocketAddr, lifelines: Lifelines) -> io::Result<Socket> {
    let connecting = tokio::time::timeout(config::HANDSHAKE_DEADLINE, TcpStream::connect(address));
    let stream = match connecting.await {
        Ok(connected) => connected,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    };
    let stream = stream.map_err(|error| unreached(&error))?;
    Socket::new(stream, &lifelines)
}

impl libp2p::Transport for Tcp {
    type Output = Socket;
    type Error = io::Error;
    type Dial = BoxFuture<'static, io::Result<Socket>>;
    type ListenerUpgrade = Ready<io::Result<Socket>>;

    fn listen_on(
        &mut self,
        _: ListenerId,
        address: Multiaddr,
    ) -> Result<(), TransportError<io::Error>> {
        // Sockets are bound before the swarm exists.
        Err(TransportError::MultiaddrNotSupported(address))
    }

    fn remove_listener(&mut self, id: ListenerId) -> bool {
        if id != self.id || self.listeners.is_empty() {
            return false;
        }
        self.listeners.clear();
        self.events.push_back(TransportEvent::ListenerClosed {
            listener_id: id,
            reason: Ok(()),
        });
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
        true
    }

    fn dial(
        &mut self,
        address: Multiaddr,
        _: DialOpts,
    ) -> Result<Self::Dial, TransportError<io::Error>> {
        let Some(socket_address) = from_multiaddr(&address) else {
            return Err(TransportError::MultiaddrNotSupported(address));
        };
        if socket_address.port() == 0 || socket_address.ip().is_unspecified() {
            return Err(TransportError::MultiaddrNotSupported(address));
        }
        Ok(connect(socket_address, self.lifelines.clone()).boxed())
    }

    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<TransportEvent<Self::ListenerUpgrade, io::Error>> {
        let this = &mut *self;
        if !this.announced {
            this.announced = true;
            let bound = this
                .listeners
                .iter()
                .filter_map(|listener| listener.local_addr().ok());
            this.events
                .extend(bound.map(|address| TransportEvent::NewAddress {
                    listener_id: this.id,
                    listen_addr: to_multiaddr(address),
                }));
        }
        if let Some(event) = this.events.pop_front() {
            return Poll::Ready(event);
        }
        if let Poll::Ready((local, remote, socket)) = this.poll_accept(cx) {
            return Poll::Ready(TransportEvent::Incoming {
                listener_id: this.id,
                upgrade: ready(Ok(socket)),
                local_addr: to_multiaddr(local),
                send_back_addr: to_multiaddr(remote),
            });
        }
        this.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_gets_a_window_s_worth_and_waits_for_the_next() {
        let (mut pace, now) = (AcceptPace::default(), Instant::now());
        for _ in 0..config::ACCEPTS_PER_WINDOW {
            assert_eq!(pace.full(now), None);
            pace.taken += 1;
        }
        let ends = now + config::ACCEPT_WINDOW;
        assert_eq!(pace.full(now), Some(ends));
        assert_eq!(pace.full(ends), None);
    }
}
