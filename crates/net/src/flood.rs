//! A flood of strangers, each with a good Noise handshake: the gate must close every one of them
//! before gossip hears of it.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use futures::StreamExt;
use libp2p::identity::Keypair;
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::swarm::{ListenError, Swarm, SwarmEvent};
use skein_space::Topic;
use tokio::time::timeout;

use crate::addr::to_multiaddr;
use crate::config::Listen;
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
    (build(&keypair(number), tcp, true, &tasks), tasks, lifelines)
}

/// Connects as a stranger that lets the member in, until the member hangs up on it.
async fn knock(number: u32, address: SocketAddr) {
    let (mut swarm, tasks, _lifelines) = device(number, Bound::none());
    swarm.behaviour_mut().gate.allow(
        HashSet::from([keypair(0).public().to_peer_id()]),
        &HashSet::new(),
    );
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
async fn strangers_are_refused_after_noise_and_gossip_knows_none_of_them() {
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
    let mut refused = 0;
    let watching = async {
        tokio::pin!(knocking);
        loop {
            tokio::select! {
                () = &mut knocking => break,
                event = member.select_next_some() => match event {
                    SwarmEvent::IncomingConnectionError { error: ListenError::Denied { .. }, peer_id: Some(_), .. } => refused += 1,
                    SwarmEvent::ConnectionEstablished { .. } => panic!("a stranger was let in"),
                    _ => {}
                },
            }
            let gossip = member.behaviour().gossip.as_ref().expect("gossip is on");
            assert_eq!(gossip.peers(), 0, "gossip knows a stranger");
        }
    };
    timeout(Duration::from_secs(60), watching)
        .await
        .expect("the flood passes");
    assert!(
        refused >= STRANGERS,
        "only {refused} were refused after Noise"
    );
}
