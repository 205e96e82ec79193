//! A flood of devices that know a secret and are no members, each with a good Noise handshake: the
//! gate lets a few in for a moment, closes every other one, and gossip hears of none.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures::StreamExt;
use libp2p::identity::Keypair;
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::swarm::{ListenError, Swarm, SwarmEvent};
use skein_space::{SpaceSecret, Topic};
use tokio::time::timeout;

use crate::addr::to_multiaddr;
use crate::config::{self, Listen};
use crate::knock::Keyring;
use crate::swarm::{Skein, Tasks, build};
use crate::tcp::{Bound, Lifelines, Tcp, bind};

const STRANGERS: u32 = 200;

fn keypair(number: u32) -> Keypair {
    let mut seed = [0x5a; 32];
    seed[..4].copy_from_slice(&number.to_le_bytes());
    Keypair::ed25519_from_bytes(seed).expect("32 bytes are a seed")
}

/// A device with this number, and the tasks and lifelines that keep its connections alive.
fn device(number: u32, bound: Bound) -> (Swarm<Skein>, Tasks, Lifelines) {
    let (tasks, lifelines) = (Tasks::default(), Lifelines::default());
    let tcp = Tcp::new(bound.listeners, lifelines.clone());
    let keyring = Keyring::default();
    let secret = SpaceSecret::new([1; 32]).knock_key();
    keyring.replace(vec![secret], Vec::new());
    let swarm = build(&keypair(number), tcp, &keyring, true, &tasks);
    (swarm, tasks, lifelines)
}

/// Connects as a stranger that lets the member in, until the member hangs up on it.
async fn knock(number: u32, address: SocketAddr) {
    let (mut swarm, tasks, _lifelines) = device(number, Bound::none());
    let member = keypair(0).public().to_peer_id();
    swarm.behaviour_mut().gate.allow(HashSet::from([member]));
    if let Some(gossip) = swarm.behaviour_mut().gossip.as_mut() {
        gossip.subscribe(&Topic([1; 32]));
    }
    loop {
        let dial = DialOpts::unknown_peer_id()
            .address(to_multiaddr(address))
            .build();
        swarm.dial(dial).expect("the address is well formed");
        loop {
            match swarm.select_next_some().await {
                SwarmEvent::ConnectionClosed { .. } => {
                    tasks.shutdown().await;
                    return;
                }
                // Too many handshakes from this address: once more.
                SwarmEvent::OutgoingConnectionError { .. } => break,
                _ => {}
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn of_a_flood_of_guests_a_few_get_in_and_gossip_knows_none_of_them() {
    let bound = bind(&Listen::Exactly(vec![SocketAddr::from((
        [127, 0, 0, 1],
        0,
    ))]))
    .expect("a free port");
    let address = bound.addresses[0];
    let (mut member, _tasks, _lifelines) = device(0, bound);
    if let Some(gossip) = member.behaviour_mut().gossip.as_mut() {
        gossip.subscribe(&Topic([1; 32]));
    }
    let knocking = futures::stream::iter(1..=STRANGERS)
        .for_each_concurrent(6, |number| knock(number, address));
    let (mut refused, mut guests) = (0, 0);
    let began = Instant::now();
    let watching = async {
        tokio::pin!(knocking);
        loop {
            tokio::select! {
                () = &mut knocking => break,
                event = member.select_next_some() => match event {
                    SwarmEvent::IncomingConnectionError { error: ListenError::Denied { .. }, peer_id: Some(_), .. } => refused += 1,
                    SwarmEvent::ConnectionEstablished { peer_id, .. } => {
                        guests += 1;
                        // Its moment, cut short.
                        let _ = member.disconnect_peer_id(peer_id);
                    }
                    _ => {}
                },
            }
            let gossip = member.behaviour().gossip.as_ref().expect("gossip is on");
            assert_eq!(gossip.peers(), 0, "gossip knows a guest");
        }
    };
    timeout(Duration::from_secs(60), watching)
        .await
        .expect("the flood passes");
    let moments = began.elapsed().as_secs() as usize / config::GUEST_OPEN.as_secs() as usize + 1;
    assert!(
        (1..=config::GUESTS_AT_ONCE * moments).contains(&guests),
        "{guests} were let in"
    );
    assert!(
        refused + guests >= STRANGERS as usize,
        "only {refused} were refused after Noise"
    );
}
