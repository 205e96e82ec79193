//! Calling an open pairing port.

use std::net::SocketAddr;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use libp2p::core::upgrade::OutboundConnectionUpgrade;
use tokio::time::{sleep, timeout};

use crate::addr::{dialable, local_addresses};
use crate::config;
use crate::pair::{PairConversation, PairError, identity, noise};
use crate::tcp::{Lifelines, Socket, connect};

/// Calls the first of these addresses that answers as a pairing port. They are tried one after the
/// other, each a little later than the one before, and only one gets as far as the encryption.
///
/// The error is that of the attempt that came furthest.
pub async fn pair_dial(addresses: &[SocketAddr]) -> Result<PairConversation, PairError> {
    let local = local_addresses();
    let addresses = addresses
        .iter()
        .flat_map(|address| dialable(*address, &local));
    let mut attempts: FuturesUnordered<_> = addresses
        .enumerate()
        .map(|(index, address)| async move {
            sleep(config::PAIR_NEXT_ADDRESS * index as u32).await;
            connect(address, Lifelines::default()).await
        })
        .collect();
    let mut failed = PairError::NoAddress;
    while let Some(connected) = attempts.next().await {
        let tried = match connected {
            Ok(socket) => secure(socket).await,
            Err(error) => Err(PairError::io(error)),
        };
        match tried {
            Ok(conversation) => return Ok(conversation),
            Err(PairError::NotSkein) => failed = PairError::NotSkein,
            Err(error) if failed != PairError::NotSkein => failed = error,
            Err(_) => {}
        }
    }
    Err(failed)
}

async fn secure(socket: Socket) -> Result<PairConversation, PairError> {
    let identity = identity();
    let handshake = noise(&identity)?.upgrade_outbound(socket.patient(), "/noise");
    match timeout(config::HANDSHAKE_DEADLINE, handshake).await {
        Ok(Ok((peer, secured))) => Ok(PairConversation::new(
            identity.public().to_peer_id(),
            peer,
            secured,
        )),
        Ok(Err(_)) | Err(_) => Err(PairError::NotSkein),
    }
}
