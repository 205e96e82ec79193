//! The swarm: our TCP, the knock, Noise, yamux, and the behaviours in the order that matters.

use std::sync::{Arc, Mutex, PoisonError};

use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::Boxed;
use libp2p::core::transport::timeout::TransportTimeout;
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::swarm::{self, NetworkBehaviour, Swarm};
use libp2p::{PeerId, Transport, noise, ping, yamux};
use tokio::task::{AbortHandle, JoinSet};

use crate::config;
use crate::gate::Gate;
use crate::gossip::Gossip;
use crate::knock::{self, Keyring};
use crate::limits::Limits;
use crate::streams::Streams;
use crate::tcp::Tcp;

/// All behaviours. `gate` stands first, `limits` second; nothing after them refuses a connection,
/// because what stands before a refusal has already written the peer down.
#[derive(NetworkBehaviour)]
pub(crate) struct Skein {
    pub(crate) gate: Gate,
    pub(crate) limits: Limits,
    pub(crate) ping: ping::Behaviour,
    pub(crate) streams: Streams,
    pub(crate) gossip: Toggle<Gossip>,
}

/// The tasks of a swarm's connections, so that going offline can wait for the last socket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl Tasks {
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        let mut set = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while set.try_join_next().is_some() {}
        set.spawn(task)
    }

    /// Aborts all tasks and waits until each has dropped what it held.
    pub(crate) async fn shutdown(&self) {
        let mut set = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        set.shutdown().await;
    }
}

/// Builds a swarm on sockets that are already bound.
pub(crate) fn build(
    keypair: &Keypair,
    tcp: Tcp,
    keyring: &Keyring,
    gossip: bool,
    tasks: &Tasks,
) -> Swarm<Skein> {
    let behaviour = Skein {
        gate: Gate::default(),
        limits: Limits::default(),
        ping: ping::Behaviour::new(
            ping::Config::new()
                .with_interval(config::PING_INTERVAL)
                .with_timeout(config::PING_TIMEOUT),
        ),
        streams: Streams::default(),
        gossip: Toggle::from(gossip.then(Gossip::new)),
    };
    let tasks = tasks.clone();
    let settings = swarm::Config::with_executor(move |task| {
        tasks.spawn(task);
    });
    Swarm::new(
        transport(keypair, tcp, keyring.clone()),
        behaviour,
        keypair.public().to_peer_id(),
        settings,
    )
}

fn transport(keypair: &Keypair, tcp: Tcp, keyring: Keyring) -> Boxed<(PeerId, StreamMuxerBox)> {
    let noise = noise::Config::new(keypair).expect("an Ed25519 key signs a Noise key");
    let knocked = tcp.and_then(move |socket, point| async move {
        match point.is_dialer() {
            true => knock::dialler(socket, &keyring).await,
            false => knock::listener(socket, &keyring).await,
        }
    });
    let secured = knocked
        .upgrade(Version::V1)
        .authenticate(noise)
        .multiplex(yamux::Config::default());
    let inbound = TransportTimeout::with_ingoing_timeout(secured, config::HANDSHAKE_DEADLINE);
    // Dialling has a deadline of its own in `tcp`; this one is for the handshake after it.
    TransportTimeout::with_outgoing_timeout(inbound, config::HANDSHAKE_DEADLINE * 2)
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)))
        .boxed()
}
