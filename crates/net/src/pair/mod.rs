//! The pairing port: one encrypted exchange with somebody who is not a member yet.
//!
//! It is apart from the ordinary port: own TCP port, a new identity each time it opens, and only Noise
//! with framed messages above it, without multiplexing or further protocols, so that a stranger who
//! may connect while an invitation is open finds nothing else. What is said in the exchange is the
//! business of skein-space; here are sizes, deadlines, and how many may knock at once.

mod conversation;
mod dial;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use libp2p::core::upgrade::InboundConnectionUpgrade;
use libp2p::identity::Keypair;
use libp2p::noise;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;

pub(crate) use conversation::read_message;
pub use conversation::{PairConversation, PairError};
pub use dial::pair_dial;

use crate::addr::{local_addresses, reachable};
use crate::config;
use crate::limits::Handshakes;
use crate::tcp::{BindError, Lifelines, Socket, everywhere_at};

/// Name and version of the exchange: part of the Noise handshake, so that another version or another
/// protocol ends there.
const PROTOCOL: &[u8] = b"/skein/pair/1";

/// An open pairing port. Dropping it closes the port; conversations that began go on.
#[derive(Debug)]
pub struct PairListener {
    bound: Vec<SocketAddr>,
    conversations: mpsc::Receiver<PairConversation>,
    _tasks: JoinSet<()>,
}

impl PairListener {
    /// Opens a pairing port on every interface: the given one, which must be free (a ticket names
    /// it), or any. Must be called inside the tokio runtime.
    pub fn open(port: Option<u16>) -> Result<Self, BindError> {
        let bound = everywhere_at(port.unwrap_or(0))?;
        let (sender, conversations) = mpsc::channel(config::PAIR_CONNECTIONS);
        let door = Arc::new(Door {
            identity: identity(),
            lifelines: Lifelines::default(),
            places: Arc::new(Semaphore::new(config::PAIR_CONNECTIONS)),
            handshakes: Mutex::default(),
            conversations: sender,
        });
        let mut tasks = JoinSet::new();
        for listener in bound.listeners {
            tasks.spawn(accept(listener, door.clone()));
        }
        Ok(Self {
            bound: bound.addresses,
            conversations,
            _tasks: tasks,
        })
    }

    /// Where others can reach it now: one address per interface that is up, loopback last.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        reachable(&self.bound, &local_addresses())
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.bound.first().map_or(0, SocketAddr::port)
    }

    /// The next conversation whose encryption stands. Waits for ever while nobody comes.
    pub async fn next(&mut self) -> Option<PairConversation> {
        self.conversations.recv().await
    }
}

/// What the accepting tasks share.
struct Door {
    identity: Keypair,
    lifelines: Lifelines,
    places: Arc<Semaphore>,
    handshakes: Mutex<Handshakes<SocketAddr>>,
    conversations: mpsc::Sender<PairConversation>,
}

async fn accept(listener: TcpListener, door: Arc<Door>) {
    let mut handshakes = JoinSet::new();
    loop {
        while handshakes.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, remote)) => {
                handshakes.spawn(admit(stream, remote, door.clone()));
            }
            Err(error) => {
                tracing::debug!(%error, "accept failed");
                tokio::time::sleep(crate::tcp::ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Takes one of the places, or hangs up.
async fn admit(stream: TcpStream, remote: SocketAddr, door: Arc<Door>) {
    let Ok(place) = door.places.clone().try_acquire_owned() else {
        return;
    };
    let lock = || {
        door.handshakes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    };
    if lock().begin(remote, remote.ip()).is_err() {
        return;
    }
    let answered = timeout(config::HANDSHAKE_DEADLINE, answer(stream, &door)).await;
    lock().end(&remote);
    match answered {
        Ok(Ok(conversation)) => {
            let _ = door.conversations.send(conversation.holding(place)).await;
        }
        Ok(Err(error)) => tracing::debug!(%error, "no pairing"),
        Err(_) => tracing::debug!("a pairing handshake took too long"),
    }
}

async fn answer(stream: TcpStream, door: &Door) -> Result<PairConversation, PairError> {
    let socket = Socket::new(stream, &door.lifelines)
        .map_err(PairError::io)?
        .patient();
    let (peer, secured) = noise(&door.identity)?
        .upgrade_inbound(socket, "/noise")
        .await
        .map_err(|_| PairError::NotSkein)?;
    let ours = door.identity.public().to_peer_id();
    Ok(PairConversation::new(ours, peer, secured))
}

fn noise(identity: &Keypair) -> Result<noise::Config, PairError> {
    let config = noise::Config::new(identity).map_err(|_| PairError::NotSkein)?;
    Ok(config.with_prologue(PROTOCOL.to_vec()))
}

/// A new identity: pairing shows nobody the ordinary one before the proof.
fn identity() -> Keypair {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).expect("the operating system has random numbers");
    Keypair::ed25519_from_bytes(seed).expect("32 bytes are a valid Ed25519 seed")
}
